import { z } from "zod";
import { freeObject } from "../free-object.js";
import { usage } from "../turns.js";

const text = z.string();
const count = z.number().int();

export const replaySessionBody = z
  .strictObject({
    version: z.int().min(1).optional().describe("Default: the active one"),
    document: z.unknown().optional().describe("In place of a version: a document, or its text (JSON or YAML)"),
  })
  .refine(({ version, document }) => version === undefined || document === undefined, {
    message: "give version or document",
  })
  .meta({
    id: "ReplaySession",
    description: "The version or document to replay against",
    examples: [{ version: 3 }],
  });

const side = z.object({
  nodes: z.array(text).describe("In order of visit, starting with the initial node of the turn"),
  messages: z.array(text).describe("Messages of the agent, at most 4,000 characters each"),
  variables: freeObject.describe("Variables extracted in the turn"),
  actions: z.array(text).describe("Webhooks, memory notes, log entries, requests for a human"),
  ended: z.boolean(),
  error: text.nullable(),
});
export type ReplayedSide = z.infer<typeof side>;

const comparedTurn = z.object({
  turn: count.describe("As numbered in traces; 1 = the opening"),
  kind: text,
  input: text.describe("At most 4,000 characters"),
  recorded: side,
  replayed: side.nullable().describe("null = the conversation did not reach this turn"),
  differs: z.array(z.enum(["path", "reply", "variables", "actions", "ended", "error", "unanswered_call"])),
});
export type ComparedTurn = z.infer<typeof comparedTurn>;

export const sessionReplay = z
  .object({
    session_id: text,
    recorded_version: count,
    version: count.nullable().describe("null = the document of the request"),
    turns: z.array(comparedTurn),
    diverges_at: count.nullable().describe("The first turn that differs; null = none"),
    stopped: z
      .object({
        turn: count,
        reason: z.enum(["ended", "failed", "unanswered_call", "too_many_turns"]),
        detail: text.nullable(),
      })
      .nullable()
      .describe("Where the replay stopped early; null = it reached the last turn"),
    model_calls: count.describe("Models are called; HTTP calls are answered from the records"),
    usage: usage.describe("Of these calls; counted nowhere else"),
  })
  .meta({
    id: "SessionReplay",
    description: "A recorded conversation and its replay",
    examples: [
      {
        ...{ session_id: "text_tVp1tWWzDPC6Umnjx3yJeA", recorded_version: 2, version: 3 },
        turns: [
          {
            ...{ turn: 1, kind: "open", input: "" },
            recorded: {
              ...{ nodes: ["hello"], messages: ["Hello!"], variables: {}, actions: [], ended: false, error: null },
            },
            replayed: {
              ...{ nodes: ["hello"], messages: ["Good day!"], variables: {}, actions: [], ended: false, error: null },
            },
            differs: ["reply"],
          },
        ],
        ...{ diverges_at: 1, stopped: null, model_calls: 0 },
        usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
      },
    ],
  });
export type SessionReplay = z.infer<typeof sessionReplay>;
