import { z } from "zod";
import { freeObject } from "../free-object.js";

const text = z.string();
const count = z.number().int();

/** HTTP bodies of calls on agents and their versions; strict like all management bodies. */
const overrideReason = z.string().trim().min(1).max(1000);

export const activateVersionBody = z.strictObject({ override_reason: overrideReason.optional() });

export const replayVersionBody = z
  .strictObject({
    /** Exactly these; default the newest of the agent. */
    session_ids: z.array(z.string().min(1).max(128)).min(1).max(500).optional(),
    link_id: z.uuid().optional(),
    limit: z.int().min(1).max(500).optional(),
  })
  .refine((body) => body.session_ids === undefined || body.limit === undefined, {
    message: "give session_ids or limit",
  });

export const createVersionBody = z.strictObject({ document: z.unknown(), notes: z.string().max(500).nullish() }).meta({
  id: "CreateVersion",
  description: "A document to add as an inactive version",
  examples: [{ document: { agent: { name: "Clinic" } }, notes: "Friendlier greeting" }],
});

export const versionView = z
  .object({
    version: z.int().min(1),
    content_hash: text,
    notes: text.nullable(),
    active: z.boolean(),
    author: z
      .object({ via: z.enum(["user", "token", "hmac"]), id: text })
      .nullable()
      .optional()
      .describe("Its author; null = created before authors were recorded"),
    created_at: text,
  })
  .meta({
    id: "AgentVersion",
    description: "A version of an agent",
    examples: [
      {
        ...{ version: 3, content_hash: "9f86d081", notes: null, active: true },
        author: { via: "user", id: "0198c0de-0000-7000-8000-000000000001" },
        created_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

/** What a step of a test led to. */
const stepOutcome = z.object({
  path: z.array(text),
  node: text,
  reply: text,
  variables: freeObject.describe("After the step, by name"),
  model_calls: count,
  ended: z.boolean(),
});

const testedStep = z.object({
  /** 0 = the opening. */
  step: count,
  say: text.nullable(),
  passed: z.boolean(),
  /** Why it did not pass, one readable sentence each. */
  reasons: z.array(text),
  /** Null when the step did not come to an end. */
  got: stepOutcome.nullable(),
});

const testedTest = z.object({ name: text, passed: z.boolean(), steps: z.array(testedStep) });

const edge = z.object({ from: text, condition: text, to: text });

export const suiteResult = z
  .object({
    content_hash: text,
    passed: z.boolean(),
    tests: z.array(testedTest),
    coverage: z.object({
      nodes: z.object({ visited: count, total: count, unvisited: z.array(text) }),
      /** `from` is `*` for a global intent. */
      edges: z.object({ visited: count, total: count, unvisited: z.array(edge) }),
    }),
    duration_ms: count,
    ran_at: text,
  })
  .meta({
    id: "TestResult",
    description: "The result of a version's tests",
    examples: [
      {
        content_hash: "9f86d081",
        passed: true,
        tests: [{ name: "Greets", passed: true, steps: [] }],
        coverage: { nodes: { visited: 2, total: 2, unvisited: [] }, edges: { visited: 1, total: 1, unvisited: [] } },
        duration_ms: 12,
        ran_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

export type SuiteResult = z.infer<typeof suiteResult>;

export type TestedStep = z.infer<typeof testedStep>;

export type StepOutcome = z.infer<typeof stepOutcome>;

export const divergence = z.object({
  session_id: text,
  /** Sequence of the turn in its session; 1 = the opening. */
  turn: count,
  kind: z.enum(["transition", "variables", "reply", "missing_call"]),
  expected: z.unknown(),
  got: z.unknown(),
});

export type Divergence = z.infer<typeof divergence>;

export const replayReport = z
  .object({
    version: count,
    /** Sessions that were replayed. */
    replayed: count,
    identical: count,
    /** First divergence of each session that went another way. */
    diverged: z.array(divergence),
    /** Turns that were replayed, and calls that were answered from the records. */
    turns: count,
    recorded_calls: count,
    model_calls: z.literal(0),
    /** Sessions that were asked for and not reached before the deadline; ask for them by id. */
    remaining: z.array(text),
    /** Ids that are no session of this agent. */
    unknown: z.array(text),
    /** Sessions that would have been replayed, and whose records were removed when their time of keeping was over. */
    purged: count.default(0),
  })
  .meta({
    id: "ReplayReport",
    description: "The result of replaying recorded sessions against a version",
    examples: [
      {
        version: 3,
        replayed: 10,
        identical: 10,
        diverged: [],
        turns: 42,
        recorded_calls: 40,
        model_calls: 0,
        remaining: [],
        unknown: [],
        purged: 0,
      },
    ],
  });

export type ReplayReport = z.infer<typeof replayReport>;

const change = z.object({ path: text, before: z.unknown().optional(), after: z.unknown().optional() });

const changedItem = z.object({ id: text, fields: z.array(change) });

const itemChanges = z.object({ added: z.array(text), removed: z.array(text), changed: z.array(changedItem) });

export const documentDiff = z
  .object({
    from: count,
    to: count,
    identical: z.boolean(),
    agent: z.array(change),
    settings: z.array(change),
    nodes: itemChanges.extend({ reordered: z.boolean() }),
    tests: itemChanges,
    /** Unified diff of the two documents as JSON; empty when they are the same. */
    unified: text,
  })
  .meta({
    id: "DocumentDiff",
    description: "What changed between two versions",
    examples: [
      {
        from: 1,
        to: 2,
        identical: true,
        agent: [],
        settings: [],
        nodes: { added: [], removed: [], changed: [], reordered: false },
        tests: { added: [], removed: [], changed: [] },
        unified: "",
      },
    ],
  });

export type DocumentDiff = z.infer<typeof documentDiff>;
