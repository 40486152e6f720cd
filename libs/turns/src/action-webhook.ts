import type { Effect } from "@parley/workflow";
import type { TurnRun } from "./turn-run.js";

/** A document that loops through a `webhook:` action must not send thousands of requests for one message. */
const MAX_PER_TURN = 20;

/** Records an action for the commit of its turn: a turn that fails or is stopped sends nothing. */
export function keepWebhook(run: TurnRun, effect: Extract<Effect, { type: "action.webhook" }>): void {
  const { nodeId, phase, url, variables } = effect;
  if (run.webhooks.length < MAX_PER_TURN) run.webhooks.push({ node_id: nodeId, phase, url, variables });
  else run.warnings.push({ code: "too_many_webhooks", message: `a turn sends ${MAX_PER_TURN} webhooks at most` });
}
