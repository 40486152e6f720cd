import { z } from "zod";
import { event, rpc } from "../declare.js";
import { agentView, importedAgent } from "./agents.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const text = z.string();
const count = z.number().int();
const values = z.record(z.string(), z.unknown());

/** What a step of a test led to. */
const stepOutcome = z.object({
  path: z.array(text),
  node: text,
  reply: text,
  variables: values,
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
export const suiteResult = z.object({
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
});
export type SuiteResult = z.infer<typeof suiteResult>;
export type TestedStep = z.infer<typeof testedStep>;
export type StepOutcome = z.infer<typeof stepOutcome>;

const onVersion = { principal, agent: text, version: count };

/** Runs the tests of a version and keeps the result for its content. */
export const testVersion = rpc(
  "agents",
  "test",
  "agent-runner",
  z.object(onVersion),
  z.object({ version: count, result: suiteResult }),
  30_000,
);

export const divergence = z.object({
  session_id: text,
  /** Sequence of the turn in its session; 1 = the opening. */
  turn: count,
  kind: z.enum(["transition", "variables", "reply", "missing_call"]),
  expected: z.unknown(),
  got: z.unknown(),
});
export type Divergence = z.infer<typeof divergence>;
export const replayReport = z.object({
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
});
export type ReplayReport = z.infer<typeof replayReport>;
/** Runs recorded sessions against a version, with the recorded answers of all calls. */
export const replayVersion = rpc(
  "agents",
  "replay",
  "agent-runner",
  z.object({
    ...onVersion,
    sessionIds: z.array(text).max(500).optional(),
    linkId: uuid.optional(),
    limit: count.min(1).max(500),
  }),
  replayReport,
  55_000,
);

export const sessionToTest = rpc(
  "agents",
  "session_to_test",
  "agent-runner",
  z.object({ principal, sessionId: text }),
  z.object({
    agent: text,
    version: count,
    /** As it goes into `tests` of a document. */
    test: values,
    /** What the test does not repeat of the session, one readable sentence each. */
    notes: z.array(text),
  }),
  15_000,
);

const change = z.object({ path: text, before: z.unknown().optional(), after: z.unknown().optional() });
const changedItem = z.object({ id: text, fields: z.array(change) });
const itemChanges = z.object({ added: z.array(text), removed: z.array(text), changed: z.array(changedItem) });
export const documentDiff = z.object({
  from: count,
  to: count,
  identical: z.boolean(),
  agent: z.array(change),
  settings: z.array(change),
  nodes: itemChanges.extend({ reordered: z.boolean() }),
  tests: itemChanges,
  /** Unified diff of the two documents as JSON; empty when they are the same. */
  unified: text,
});
export type DocumentDiff = z.infer<typeof documentDiff>;
export const diffVersions = rpc(
  "agents",
  "diff",
  "agent-runner",
  z.object({ principal, agent: text, from: count, to: count }),
  documentDiff,
);

export const bulkImportAgents = rpc(
  "agents",
  "bulk_import",
  "agent-runner",
  z.object({
    principal,
    documents: z.array(z.unknown()).min(1).max(50),
    dryRun: z.boolean(),
    activate: z.boolean(),
    ...repeatableRequest,
  }),
  z.object({
    ...replayable,
    results: z.array(
      importedAgent.partial({ agent_id: true, version: true, active: true }).extend({
        index: count,
        status: z.enum(["created", "updated", "validated", "failed"]),
        /** Of a failed one. */
        code: text.optional(),
        message: text.optional(),
      }),
    ),
  }),
  55_000,
);

export const updateAgent = rpc(
  "agents",
  "update",
  "agent-runner",
  z.object({ principal, agent: text, name: text.optional(), description: text.nullable().optional() }),
  z.object({ agent: agentView }),
);
export const deleteAgent = rpc(
  "agents",
  "delete",
  "agent-runner",
  z.object({ principal, agent: text, force: z.boolean() }),
  z.object({ deleted: z.literal(true), links_deleted: count, sessions_ended: count }),
  30_000,
);

/** An agent was deleted: what is remembered of it is to be forgotten. */
export const agentDeleted = event("agents", "deleted", z.object({ tenantId: uuid, agentId: uuid }));

/** A version was activated although its tests are not green. Who and why is kept with the id. */
export const gateOverridden = event(
  "agents",
  "gate_overridden",
  z.object({ tenantId: uuid, agentId: uuid, version: count, overrideId: uuid }),
);
const gateOverride = z.object({
  id: uuid,
  version: count,
  content_hash: text,
  reason: text,
  /** Who: the credential's kind and id. */
  via: text,
  principal_id: text,
  created_at: text,
});
/** The newest 200 overrides of an agent's gate. */
export const listGateOverrides = rpc(
  "agents",
  "gate_overrides",
  "agent-runner",
  z.object({ principal, agent: text }),
  z.object({ data: z.array(gateOverride) }),
);
