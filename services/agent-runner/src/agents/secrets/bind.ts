import * as contracts from "@parley/contracts";
import type { AgentsDeps } from "../deps.js";
import { deleteAgentSecret } from "./delete-secret.js";
import { getAgentSecret, listAgentSecrets } from "./read-secrets.js";
import { setAgentSecret } from "./set-secret.js";

/** Serves the management of agents' secrets. */
export function bindSecrets(deps: AgentsDeps): void {
  deps.bus.serve(contracts.listAgentSecrets, listAgentSecrets(deps));
  deps.bus.serve(contracts.getAgentSecret, getAgentSecret(deps));
  deps.bus.serve(contracts.setAgentSecret, setAgentSecret(deps));
  deps.bus.serve(contracts.deleteAgentSecret, deleteAgentSecret(deps));
}
