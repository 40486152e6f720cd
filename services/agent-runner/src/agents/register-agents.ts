import * as contracts from "@parley/contracts";
import { createYamlReader } from "../create-yaml-reader.js";
import type { AgentsDeps } from "./deps.js";
import { bindDrafts } from "./drafts/bind.js";
import { activateVersion } from "./handlers/activate-version.js";
import { bulkImportAgents } from "./handlers/bulk-import-agents.js";
import { createAgent } from "./handlers/create-agent.js";
import { deleteAgent } from "./handlers/delete-agent.js";
import { diffVersions } from "./handlers/diff-versions.js";
import { getAgent } from "./handlers/get-agent.js";
import { getVersion } from "./handlers/get-version.js";
import { importAgent } from "./handlers/import-agent.js";
import { listAgents } from "./handlers/list-agents.js";
import { listGateOverrides } from "./handlers/list-gate-overrides.js";
import { listVersions } from "./handlers/list-versions.js";
import { replayVersion } from "./handlers/replay-version.js";
import { resolveAgent } from "./handlers/resolve-agent.js";
import { sessionToTest } from "./handlers/session-to-test.js";
import { testVersion } from "./handlers/test-version.js";
import { traceSession } from "./handlers/trace-session.js";
import { updateAgent } from "./handlers/update-agent.js";
import { validateAgent } from "./handlers/validate-agent.js";
import { createVersions } from "./replay/versions.js";
import { createResolvedAgents } from "./resolved-agents.js";
import { sealVersions } from "./seal-versions.js";
import { bindSecrets } from "./secrets/bind.js";

/** Concurrent calls of each kind that may take seconds; limited so that turns keep priority. */
const MAX_HEAVY = 8;

/** Serves every `agents.v1.rpc.*` subject: agents, their versions, and the version that a new session is pinned to. */
export function registerAgents(given: Omit<AgentsDeps, "yaml">): { stop(): Promise<void> } {
  const yaml = createYamlReader();
  const deps: AgentsDeps = { ...given, yaml };
  const { bus } = deps;
  const resolved = createResolvedAgents();
  const onActivated = (agentId: string): void => resolved.drop(agentId);
  bus.listen(contracts.agentActivated, async ({ agentId }) => onActivated(agentId));
  bus.listen(contracts.agentDeleted, async ({ agentId }) => onActivated(agentId));
  bus.listen(contracts.cachesDropped, async ({ agentId }) =>
    agentId === null ? resolved.clear() : resolved.drop(agentId),
  );
  bus.onReconnect(() => resolved.clear());
  bus.serve(contracts.createAgent, createAgent(deps));
  bus.serve(contracts.listAgents, listAgents(deps));
  bus.serve(contracts.getAgent, getAgent(deps));
  const importOne = importAgent(deps, onActivated);
  bus.serve(contracts.importAgent, (input) => importOne(input));
  bindDrafts(deps, importOne);
  bus.serve(contracts.bulkImportAgents, bulkImportAgents(deps, importOne), { maxInFlight: MAX_HEAVY });
  bus.serve(contracts.updateAgent, updateAgent(deps));
  bus.serve(contracts.deleteAgent, deleteAgent(deps, onActivated));
  bus.serve(contracts.validateAgent, validateAgent(deps));
  bus.serve(contracts.listVersions, listVersions(deps));
  bus.serve(contracts.getVersion, getVersion(deps));
  bus.serve(contracts.activateVersion, activateVersion(deps, onActivated));
  bus.serve(contracts.diffVersions, diffVersions(deps));
  bus.serve(contracts.listGateOverrides, listGateOverrides(deps));
  bindSecrets(deps);
  const versions = createVersions(deps.db, deps.secrets);
  bus.serve(contracts.testVersion, testVersion(deps), { maxInFlight: MAX_HEAVY });
  bus.serve(contracts.replayVersion, replayVersion(deps, versions), { maxInFlight: MAX_HEAVY });
  bus.serve(contracts.sessionToTest, sessionToTest(deps, versions), { maxInFlight: MAX_HEAVY });
  bus.serve(contracts.traceSession, traceSession(deps, versions));
  bus.serve(contracts.resolveAgent, resolveAgent(deps, resolved));
  const stopping = new AbortController();
  const sealing = sealVersions(deps, stopping.signal).catch((error: unknown) =>
    deps.logger.warn({ err: error }, "versions.seal_failed"),
  );
  return {
    async stop() {
      yaml.stop();
      stopping.abort();
      await sealing;
    },
  };
}
