import { z } from "zod";
import { freeObject } from "../free-object.js";
import { transitionInfo, usage } from "../turns.js";

const uuid = z.uuid();
const text = z.string();
const count = z.number().int();

const tracedCondition = z.object({
  node_id: text,
  condition: text,
  target: text,
  /** `ask`: it needed a classification first. */
  verdict: z.enum(["yes", "no", "ask"]),
  inputs: freeObject.describe("The facts that the condition reads"),
});

/** Where the passages of an answer stand; what they say is in the knowledge base, while it is there. */
const tracedRetrieval = z.object({
  search_mode: text,
  latency_ms: z.number(),
  passages: z.array(z.object({ document_id: uuid, document: text, revision: count, n: count, score: z.number() })),
  /** What the vector of the question took; it is part of the turn's usage. */
  embedding: z.object({ model: text, usage: usage }).nullable().optional(),
});

/** What a model was asked with. It is not stored: it is made again from what is. */
const tracedPrompt = z.object({
  messages: z.array(
    z.object({
      role: z.enum(["system", "user", "assistant"]),
      content: text.describe("At most 20,000 characters"),
    }),
  ),
  left_out: count.describe("Omitted older messages of a long prompt"),
  same: z
    .boolean()
    .nullable()
    .describe(
      "true: proven to be what was sent, word for word; false: something that is not kept with the session has changed since, such as the memory of the person; null: asked before prompts had fingerprints",
    ),
});
export type TracedPrompt = z.infer<typeof tracedPrompt>;

const tracedCall = z.object({
  call_id: text,
  type: text,
  node_id: text,
  latency_ms: z.number(),
  /** To the first words of a reply; part of `latency_ms`. */
  first_token_ms: z.number().optional(),
  model: text.nullable(),
  usage: usage.nullable(),
  /** Why the usage is not the model server's own count: it gave none, it cannot be true, or it was raised to the least possible. */
  usage_doubt: z.enum(["missing", "unbelievable", "too_low"]).optional(),
  result: z.unknown(),
  failed: text.nullable(),
  http: z
    .object({
      method: text,
      status: count.nullable().describe("Of the last attempt; null = no answer"),
      bytes: count,
      attempts: count,
    })
    .partial()
    .optional(),
  retrieval: tracedRetrieval.optional(),
  prompt: tracedPrompt
    .nullable()
    .optional()
    .describe(
      "Only where prompts are asked for, of calls that asked a model; null = it cannot be made again. Without the passages, whose text is in the knowledge base, and without the word that gives away a leaked prompt",
    ),
});

/** Of what fell out of the model's window: written with this turn, made behind the one before. */
const historySummary = z.object({
  text,
  covers: count.describe("Messages covered in addition to the previous summary"),
  model: text,
  usage: usage.describe("Borne by the owner: not in the turn's usage or the link's budget"),
  latency_ms: z.number(),
});
export type HistorySummaryRecord = z.infer<typeof historySummary>;

export const tracedTurn = z.object({
  turn_id: text,
  turn: count,
  kind: text,
  status: text,
  error: text.nullable(),
  input: text,
  response: text.nullable(),
  /** Nodes in the order they were in hand, the one where the turn began first. */
  nodes: z.array(text),
  transitions: z.array(transitionInfo.partial({ from_node_name: true, to_node_name: true })),
  conditions: z.array(tracedCondition),
  calls: z.array(tracedCall),
  variables: freeObject.describe("Variables set by the turn, by name"),
  warnings: z.array(z.object({ code: text, message: text })),
  logs: z
    .array(z.object({ node_id: text, text: text.nullable(), variables: freeObject.nullable() }))
    .describe("What `log:` actions wrote"),
  /** `other_ms`: waiting, engine, database. */
  latency: z.object({ total_ms: z.number(), model_ms: z.number(), api_ms: z.number(), other_ms: z.number() }),
  usage: usage,
  history_summary: historySummary.nullable().optional(),
  /** True when the conditions could not be reconstructed, because the records of the session are incomplete. */
  conditions_unknown: z.boolean(),
  created_at: text,
  done_at: text.nullable(),
});

export const sessionTrace = z
  .object({
    session_id: text,
    conversation_id: uuid,
    agent_id: uuid,
    version: count,
    status: text,
    turns: z.array(tracedTurn),
    totals: z.object({
      turns: count,
      model_calls: count,
      api_calls: count,
      model_ms: z.number(),
      api_ms: z.number(),
      input_tokens: count,
      output_tokens: count,
      cost: z.number().nullable(),
    }),
    /** What was asked of models about the session beside its turns: not in `totals`. null = deleted was. */
    background: z
      .object({
        analysis: z.object({ status: text, error: text.nullable(), model: text.nullable(), usage: usage }).nullable(),
        memory: z.object({ usage: usage }).nullable(),
      })
      .optional(),
    /** Of the next page; null = no more. */
    next_cursor: text.nullable(),
  })
  .meta({
    id: "SessionTrace",
    description: "The turns of a session with their cost",
    examples: [
      {
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        version: 3,
        status: "active",
        turns: [],
        totals: {
          turns: 0,
          model_calls: 0,
          api_calls: 0,
          model_ms: 0,
          api_ms: 0,
          input_tokens: 0,
          output_tokens: 0,
          cost: null,
        },
        next_cursor: null,
      },
    ],
  });

export type SessionTrace = z.infer<typeof sessionTrace>;

export type TracedTurn = z.infer<typeof tracedTurn>;
