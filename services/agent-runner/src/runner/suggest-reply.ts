import { AppError, type suggestReply as contract, requireRole, TerminalError, tenantOf } from "@parley/contracts";
import { type Db, onceHeld } from "@parley/db";
import { createUsageMetrics, type Model, ModelError, priceOf, type ReplyRequest } from "@parley/llm";
import type { Metrics } from "@parley/observability";
import { budgetedModel, modelMessages, type Spent, TurnRefused, valuesBlock } from "@parley/turns";
import { compile, validateDocument } from "@parley/workflow";
import { z } from "zod";
import type { DocumentRepository } from "../documents/document-repository.js";
import type { BudgetRepository } from "./repository/budgets.js";

interface SuggestDeps {
  db: Db;
  model: Model;
  metrics: Metrics;
  documents: DocumentRepository;
  budgets: Pick<BudgetRepository, "reserve" | "abandon">;
  config: { BUDGET_WAIT_MS: number; MAX_HISTORY_SIZE: number };
}

/** An operator waits in front of an empty field. */
const DEADLINE_MS = 25_000;
/** Longer than a call can take, including the wait for room. */
const HOLD_MS = 120_000;
/** After this, a request whose process crashed can be repeated: longer than the caller waits. */
const HELD_MS = 40_000;
const MAX_TEXT = 10_000;
/** Marks budget reservations of suggestions; no turn has this number. */
const SEQ = -1;

const TASK =
  "A colleague of yours, a person, has taken this conversation over from you. Write the next message that this person could send to the visitor: " +
  "friendly, short, in the language of the conversation, in their voice as a person. Promise and invent nothing that was not said. " +
  "Answer with that message alone.";

const source = z.object({
  ...{ conversation_id: z.string(), session_id: z.string(), agent_id: z.string(), agent_version: z.number() },
  ...{ node_id: z.string(), node_name: z.string().nullable(), values: z.record(z.string(), z.unknown()) },
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
});
type Source = z.output<typeof source>;
type Output = z.input<typeof contract.response>;

/**
 * What the model of the session's version would write in the operator's place. A read, except for its cost: it first reserves room in the
 * budget of the session's link and is charged however it ends. A repeat by the caller's key, else by the signature, gets the
 * first suggestion and costs nothing, even while that is being generated. Throws `escalation_…`, `session_ended`, `budget_…`, `model_…`.
 */
export function suggestReply(deps: SuggestDeps) {
  const draft = draftReply(deps);
  return async (input: z.output<typeof contract.request>, { signal }: { signal: AbortSignal }): Promise<Output> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const values = [tenantId, input.id, input.operator, deps.config.MAX_HISTORY_SIZE];
    const [row] = await deps.db.query<{ r: unknown }>("select suggestion_source($1, $2, $3, $4) as r", values);
    const named = { tenantId, scope: `suggest:${input.id}`, repeatable: input };
    const made = () => draft(tenantId, source.parse(row?.r), signal);
    return onceHeld<Output>(deps.db, named, { holdMs: HELD_MS, waitMs: DEADLINE_MS, signal }, made);
  };
}

/** Calls the model and charges its usage. */
function draftReply(deps: SuggestDeps) {
  const metrics = createUsageMetrics(deps.metrics);
  return async (tenantId: string, from: Source, signal: AbortSignal): Promise<Output> => {
    const request = await requestOf(deps, tenantId, from);
    const spent: Spent = { tokens: 0, cost: 0 };
    // Reserved until a time, so that a crash releases the room. The last digits distinguish simultaneous suggestions.
    const fence = (Date.now() + HOLD_MS) * 1_000 + Math.floor(Math.random() * 1_000);
    const turn = { tenant_id: tenantId, conversation_id: from.conversation_id, seq: SEQ, fence };
    const model = budgetedModel(deps.model, { budgets: deps.budgets, waitMs: deps.config.BUDGET_WAIT_MS, turn, spent });
    try {
      const answer = await model.reply(request, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
      });
      const suggestion = answer.text.replaceAll("\u0000", "").trim().slice(0, MAX_TEXT);
      if (suggestion === "") throw new ModelError("model_unavailable", "an empty suggestion");
      const cost = deps.model.prices
        ? deps.model.prices.costOf(answer.model, answer.usage)
        : priceOf(answer.model, answer.usage);
      metrics.count("suggestion", { ...answer.usage, cost });
      const { inputTokens: input_tokens, outputTokens: output_tokens } = answer.usage;
      return { suggestion, model: answer.model, usage: { input_tokens, output_tokens, cost } };
    } catch (error) {
      throw refusalOf(error);
    } finally {
      await deps.budgets.abandon({ ...turn, ...spent }).catch(() => undefined);
    }
  };
}

async function requestOf(deps: SuggestDeps, tenantId: string, from: Source): Promise<ReplyRequest> {
  const row = await deps.documents.document(tenantId, from.agent_id, from.agent_version);
  const { document } = row ? validateDocument(row.document) : { document: null };
  if (!row || !document) throw new TerminalError("the agent version of this session cannot be read");
  const compiled = compile(document);
  const wanted = compiled.nodes.get(from.node_id)?.model ?? compiled.extractionModel;
  const values = valuesBlock(
    Object.fromEntries(Object.entries(from.values).map(([name, value]) => [name, textOf(value)])),
  );
  const history = from.messages.map((message) => ({ ...message, node_id: null }));
  const said = history.findLast(({ role }) => role === "user")?.content;
  const { "x-scripted": scripted } = document.workflow;
  return {
    // Names of values in brackets replace the values: visitors' words never enter the system text.
    system: `${compiled.globalPrompt.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, "[$1]")}\n\n${TASK}`.trim(),
    messages: modelMessages(history, compiled.historyWindow),
    ...(values === undefined ? {} : { values }),
    settings: {
      ...(wanted.model_name === null ? {} : { model_name: wanted.model_name }),
      ...(wanted.provider_id === null ? {} : { provider_id: wanted.provider_id }),
      ...(wanted.service_tier === null ? {} : { service_tier: wanted.service_tier }),
      ...{ temperature: wanted.temperature, max_tokens: wanted.max_tokens },
    },
    hints: {
      ...{ agentName: row.name, nodeId: from.node_id, nodeName: from.node_name, variables: from.values },
      ...(said === undefined ? {} : { said }),
      ...(scripted ? { scripted: { ...scripted, pace_ms: 0 } } : {}),
    },
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Why there is no suggestion, as an error of the interface. */
function refusalOf(error: unknown): unknown {
  if (error instanceof TurnRefused) {
    switch (error.code) {
      case "budget_busy":
      case "budget_exhausted":
      case "budget_unpriced":
        return new AppError(error.code, { cause: error });
    }
  }
  if (error instanceof ModelError) return new AppError(error.code, { cause: error });
  if (error instanceof DOMException && error.name === "TimeoutError")
    return new AppError("model_timeout", { cause: error });
  return error;
}
