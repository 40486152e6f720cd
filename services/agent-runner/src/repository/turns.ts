import { sessionEvent } from "@parley/contracts";
import { type Db, groupCommit, isStatementFault } from "@parley/db";
import type { EngineState } from "@parley/workflow";
import { z } from "zod";

export interface HistoryItem {
  role: "user" | "assistant";
  content: string;
  node_id: string | null;
}

const pendingTurn = z.object({
  seq: z.number(),
  kind: z.enum(["open", "message"]),
  content: z.string(),
  client_message_id: z.string().nullable(),
  reply_to: z.string().nullable(),
  created_at: z.string(),
});
export type PendingTurn = z.output<typeof pendingTurn>;

/** The engine wrote this state itself and the database only kept it; its version field is what is checked. */
const engineState = z.custom<EngineState>(
  (value) => typeof value === "object" && value !== null && "v" in value && value.v === 1,
);

const acquired = z.object({
  conversation_id: z.string(),
  fence: z.number(),
  tries: z.number(),
  done_seq: z.number(),
  agent_id: z.string(),
  agent_version: z.number(),
  link_policy: z.object({
    chat_intent: z.string().nullish(),
    system_prompt_override: z.string().nullish(),
    initial_message: z.string().nullish(),
  }),
  participant: z.object({
    email: z.string().optional(),
    name: z.string().optional(),
    identifier: z.string().optional(),
  }),
  participant_verified: z.boolean(),
  messages_used: z.number(),
  max_messages: z.number().nullable(),
  seconds_in_node: z.coerce.number(),
  /** True = the caller already holds the state and history of `done_seq`. */
  known: z.boolean(),
  state: engineState.nullable(),
  history: z
    .array(z.object({ role: z.enum(["user", "assistant"]), content: z.string(), node_id: z.string().nullable() }))
    .nullable(),
  turns: z.array(pendingTurn),
});
export type AcquiredSession = z.output<typeof acquired>;

const committed = z.object({
  i: z.number(),
  outcome: z.enum(["committed", "fenced"]),
  more: z.boolean().optional(),
  head: z.number().optional(),
  events: z.array(sessionEvent).optional(),
});
export type CommitAnswer = z.output<typeof committed>;

export interface CommitItem {
  tenant_id: string;
  conversation_id: string;
  fence: number;
  seq: number;
  kind: "open" | "message";
  lease_ms: number;
  failed: string | null;
  dead: string | null;
  user: { content: string; client_message_id: string | null; created_at: string } | null;
  trace: unknown;
  state?: unknown;
  node_id?: string;
  node_name?: string | null;
  node_changed?: boolean;
  ended?: boolean;
  turn_number?: number;
  messages?: unknown[];
  transitions?: unknown[];
  /** Further events of this turn, in order. */
  notices?: { type: string; payload: Record<string, unknown> }[];
  variables?: Record<string, unknown>;
  result?: unknown;
}

/** All SQL of the turn loop. Every function is one round trip; commits of turns that finish together share one. */
export function createTurnRepository(db: Db) {
  return {
    /** Takes the lease; null = somebody else holds it, or nothing waits. */
    async acquire(input: {
      tenantId: string;
      sessionId: string;
      owner: string;
      leaseMs: number;
      knownSeq: number | null;
      history: number;
    }): Promise<AcquiredSession | null> {
      const [row] = await db.query<{ r: unknown }>("select acquire_session($1, $2, $3, $4, $5, $6) as r", [
        input.tenantId,
        input.sessionId,
        input.owner,
        input.leaseMs,
        input.knownSeq,
        input.history,
      ]);
      return acquired.nullable().parse(row?.r ?? null);
    },
    async pending(tenantId: string, conversationId: string, doneSeq: number): Promise<PendingTurn[]> {
      const [row] = await db.query<{ r: unknown }>("select waiting_turns($1, $2, $3) as r", [
        tenantId,
        conversationId,
        doneSeq,
      ]);
      return z.array(pendingTurn).parse(row?.r);
    },
    /** False = the lease has moved on: whatever runs under it must stop. */
    async extend(tenantId: string, sessionId: string, fence: number, leaseMs: number): Promise<boolean> {
      const [row] = await db.query<{ r: boolean }>("select extend_lease($1, $2, $3, $4) as r", [
        tenantId,
        sessionId,
        fence,
        leaseMs,
      ]);
      return row?.r === true;
    },
    async release(tenantId: string, sessionId: string, fence: number): Promise<void> {
      await db.query("select release_lease($1, $2, $3)", [tenantId, sessionId, fence]);
    },
    /** Fenced commit. Idempotent by (session, seq): a second commit of the same turn answers `fenced`. */
    commit: groupCommit<CommitItem, CommitAnswer>(
      async (items) => {
        const rows = await db.query<{ r: unknown }>("select commit_turns($1::json) as r", [
          JSON.stringify(items.map((item, i) => ({ i, ...item }))),
        ]);
        const answers: (CommitAnswer | Error)[] = items.map(() => new Error("no answer"));
        for (const row of rows) {
          const answer = committed.parse(row.r);
          answers[answer.i] = answer;
        }
        return answers;
      },
      { maxItems: 64, maxBatches: 3, mayBlameOne: isStatementFault },
    ),
    /** Sessions with input that nobody works on, accepted at least `olderMs` ago. */
    waiting(olderMs: number, limit: number): Promise<{ tenant_id: string; session_id: string; seq: number }[]> {
      return db.query("select * from waiting_sessions($1, $2)", [olderMs, limit]);
    },
    /** The stored document of one version. */
    document(
      tenantId: string,
      agentId: string,
      version: number,
    ): Promise<{ name: string; document: unknown } | undefined> {
      return db.tenant(tenantId, (trx) =>
        trx
          .selectFrom("agent_versions as v")
          .innerJoin("agents as a", "a.id", "v.agent_id")
          .select(["a.name", "v.document"])
          .where("v.agent_id", "=", agentId)
          .where("v.version", "=", version)
          .executeTakeFirst(),
      );
    },
  };
}
export type TurnRepository = ReturnType<typeof createTurnRepository>;
