import { z } from "zod";
import { agentTest, testAnswer } from "../agent-tests.js";
import { freeObject } from "../free-object.js";
import { usage } from "../turns.js";
import { tracedTurn } from "./session-trace.js";

const text = z.string();
const count = z.number().int();

/** A try is a talk, not a load test; a test made of it has one step for each. */
const MAX_STEPS = 50;
/** Calls that one step may have answered before. */
const MAX_ANSWERS = 100;

const answers = z
  .array(testAnswer)
  .max(MAX_ANSWERS)
  .optional()
  .describe("Answers of this step's calls from the previous response; calls without one are made");

const tryStep = z
  .strictObject({
    say: z.string().min(1).max(10_000).optional(),
    event: z.enum(["timer", "hand_back"]).optional(),
    after_seconds: z.number().min(0).max(31_536_000).optional().describe("Seconds in the node; read by `timeout:`"),
    human: z.boolean().optional().describe("Whether an operator has the session in this step"),
    answers,
  })
  .refine(({ say, event }) => (say === undefined) !== (event === undefined), { message: "give either say or event" });

export const tryAgentBody = z
  .strictObject({
    version: z.int().min(1).optional().describe("Default: the active one"),
    document: z.unknown().optional().describe("In place of a version: a document, or its text (JSON or YAML)"),
    opening: z.strictObject({ answers }).optional(),
    steps: z.array(tryStep).max(MAX_STEPS).default([]).describe("The whole conversation, new steps last"),
    api_calls: z
      .enum(["ask", "make"])
      .default("ask")
      .describe("`ask`: HTTP calls are not made, a step waits for what is to be answered; `make`: they are made"),
  })
  .refine(({ version, document }) => version === undefined || document === undefined, {
    message: "give version or document",
  })
  .meta({
    id: "TryAgent",
    description: "A conversation with a version or unsaved document; nothing is stored",
    examples: [{ version: 3, steps: [{ say: "I need an appointment" }] }],
  });

const triedStep = z.object({
  step: count.describe("0 = the opening"),
  status: z.enum(["done", "waiting", "failed"]),
  error: text.nullable().describe("Public error code of a failed step"),
  waits_for: z
    .object({ node: text, method: text, url: text })
    .nullable()
    .describe("The HTTP call that waits for an answer: repeat the request with one `api` answer more in this step"),
  node: text.describe("Node after the step"),
  messages: z.array(z.object({ node_id: text, node_name: text.nullable(), content: text })),
  variables: freeObject.describe("All of them after the step; `trace` has those it changed"),
  ended: z.boolean(),
  human: z.boolean().describe("An operator has the session: the agent is silent until `hand_back`"),
  agent: z
    .object({ id: text, name: text, version: count })
    .nullable()
    .optional()
    .describe("Target of a transfer: the currently active version; null = no transfer"),
  not_done: z
    .array(z.object({ kind: z.enum(["webhook", "memory", "escalation", "transfer"]), detail: text }))
    .describe("Side effects that a session would have had"),
  asked: count.describe("Calls that were asked now; the others were answered from `answers`"),
  answers: z.array(testAnswer).describe("Answers of all calls of the step; send them with the next step"),
  trace: tracedTurn.nullable().describe("As for a session; null = omitted because the response would be too long"),
});
export type TriedStep = z.infer<typeof triedStep>;

const TRACE = {
  ...{ turn_id: "try.0", turn: 0, kind: "open", status: "done", error: null, input: "", response: "Hello!" },
  ...{ nodes: ["hello"], transitions: [], conditions: [], calls: [], variables: {}, warnings: [], logs: [] },
  latency: { total_ms: 1, model_ms: 0, api_ms: 0, other_ms: 1 },
  usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
  ...{ conditions_unknown: false, created_at: "2026-11-01T10:00:00.000Z", done_at: "2026-11-01T10:00:00.001Z" },
};

export const triedAgent = z
  .object({
    version: count.nullable().describe("null = the document of the request"),
    steps: z.array(triedStep),
    usage: usage.describe("Of the calls made now; counted nowhere else"),
    test: agentTest.describe("The completed steps as a test of the document"),
  })
  .meta({
    id: "TriedAgent",
    description: "The conversation from its opening",
    examples: [
      {
        version: 3,
        steps: [
          {
            ...{ step: 0, status: "done", error: null, waits_for: null, node: "hello" },
            messages: [{ node_id: "hello", node_name: null, content: "Hello!" }],
            ...{ variables: {}, ended: false, human: false, not_done: [], asked: 0, answers: [], trace: TRACE },
          },
        ],
        usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
        test: { name: "tried", version_of_format: 1, steps: [], answers: [] },
      },
    ],
  });
