import { tryAgent as contract, replaySession as replays, suggestReply as suggestions } from "@parley/contracts";
import { createOutbound } from "@parley/outbound";
import { createDefinitions } from "@parley/turns";
import { createYamlReader } from "../../create-yaml-reader.js";
import type { RunnerDeps } from "../../deps.js";
import { createDocumentRepository } from "../../documents/document-repository.js";
import { createBudgetRepository } from "../../runner/repository/budgets.js";
import { suggestReply } from "../../runner/suggest-reply.js";
import { createVersions } from "../replay/versions.js";
import { replaySession } from "./replay-session.js";
import { tryAgent } from "./try-agent.js";

/** Concurrent tries: turns of visitors keep priority. */
const MAX_TRIES = 8;

/** Serves tries, and suggestions to operators. Like turns, they call models and, where the caller wants it, other servers. */
export function serveTries(deps: RunnerDeps): { stop(): Promise<void> } {
  const { bus, db, secrets, logger, metrics, config } = deps;
  const yaml = createYamlReader();
  const { OUTBOUND_ALLOWED_CIDRS: allowedCidrs, ALLOW_TEST_HOOKS: allowTestHooks } = config;
  const outbound = createOutbound({ allowedCidrs, allowTestHooks, logger, metrics });
  const definitions = createDefinitions(createDocumentRepository(db, secrets));
  const trying = { ...deps, yaml, outbound, definitions };
  const versions = createVersions(db, secrets);
  bus.serve(contract, tryAgent(trying, versions), { maxInFlight: MAX_TRIES });
  bus.serve(replays, replaySession(trying, versions), { maxInFlight: MAX_TRIES });
  const budgets = createBudgetRepository(db);
  const suggest = suggestReply({ ...deps, budgets, documents: createDocumentRepository(db, secrets) });
  bus.serve(suggestions, suggest, { maxInFlight: MAX_TRIES });
  return {
    async stop() {
      yaml.stop();
      await outbound.close();
    },
  };
}
