import * as contracts from "@parley/contracts";
import type { AgentsDeps } from "./deps.js";
import { activateVersion } from "./handlers/activate-version.js";
import { createAgent } from "./handlers/create-agent.js";
import { getAgent } from "./handlers/get-agent.js";
import { getVersion } from "./handlers/get-version.js";
import { importAgent } from "./handlers/import-agent.js";
import { listAgents } from "./handlers/list-agents.js";
import { listVersions } from "./handlers/list-versions.js";
import { resolveAgent } from "./handlers/resolve-agent.js";
import { validateAgent } from "./handlers/validate-agent.js";
import { createResolvedAgents } from "./resolved-agents.js";

/** Serves every `agents.v1.rpc.*` subject: agents, their versions, and what a new session freezes. */
export function registerAgents(deps: AgentsDeps): void {
  const { bus } = deps;
  const resolved = createResolvedAgents();
  const onActivated = (agentId: string): void => resolved.drop(agentId);
  bus.listen(contracts.agentActivated, async ({ agentId }) => onActivated(agentId));
  bus.onReconnect(() => resolved.clear());
  bus.serve(contracts.createAgent, createAgent(deps));
  bus.serve(contracts.listAgents, listAgents(deps));
  bus.serve(contracts.getAgent, getAgent(deps));
  bus.serve(contracts.importAgent, importAgent(deps, onActivated));
  bus.serve(contracts.validateAgent, validateAgent());
  bus.serve(contracts.listVersions, listVersions(deps));
  bus.serve(contracts.getVersion, getVersion(deps));
  bus.serve(contracts.activateVersion, activateVersion(deps, onActivated));
  bus.serve(contracts.resolveAgent, resolveAgent(deps, resolved));
}
