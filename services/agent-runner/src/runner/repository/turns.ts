import type { AttachedFile, TurnResult } from "@parley/contracts";
import { type Db, groupCommit, isStatementFault } from "@parley/db";
import type { HistoryItem, PromptPolicy } from "@parley/turns";
import type { EngineState } from "@parley/workflow";
import { activeVersionOf } from "./active-version.js";
import type { CommitAnswer, CommitItem } from "./commit-item.js";
import { fileHeadsOf } from "./file-heads.js";
import { commitPlain } from "./plain-turns.js";

/** Answers of the SQL functions. Our own data on the hot path, so it is typed and not validated. */
export interface PendingTurn {
  seq: number;
  kind: TurnResult["kind"];
  content: string;
  client_message_id: string | null;
  reply_to: string | null;
  files: AttachedFile[] | null;
  /** The visitor asked to stop it before it was started. */
  stop?: boolean;
  created_at: string;
}

export interface AcquiredSession {
  conversation_id: string;
  fence: number;
  /** Attempts at the first waiting turn, this one included. */
  tries: number;
  done_seq: number;
  agent_id: string;
  agent_version: number;
  link_policy: PromptPolicy & {
    initial_message?: string | null;
    /** The greeting that the page shows before the first turn; absent in sessions of older versions. */
    welcome_message?: string | null;
  };
  participant: { email?: string; name?: string; identifier?: string };
  participant_verified: boolean;
  messages_used: number;
  max_messages: number | null;
  seconds_in_node: number;
  /** `human`: an operator handles the session, and the agent is silent. */
  handled_by: "agent" | "human";
  /** With `human`: the state of the escalation. Null = no human, or nobody is awaited any more. */
  escalation: TurnResult["escalation"] | null;
  /** The operator's summary of the conversation when handing it back. */
  handover_summary: string | null;
  /** Context from the page around a widget; absent or null = nothing. */
  page_context?: Record<string, unknown> | null;
  /** The node it waits in has a timeout that has not fired yet. */
  has_timer: boolean;
  /** True = the caller already holds the state and history of `done_seq`. */
  known: boolean;
  state: EngineState | null;
  history: HistoryItem[] | null;
  turns: PendingTurn[];
}

/** Which session, as a wake-up or the poll names it. */
export interface SessionRef {
  tenantId: string;
  sessionId: string;
  conversationId: string;
}

interface Acquired {
  lease: AcquiredSession | null;
  /** The link whose budget the turns are charged to; null = none. */
  budget_link: string | null;
  /** Version of the memory that the caller has cached; null = it has none. */
  memory_version: string | null;
}

interface AcquireItem {
  tenant_id: string;
  conversation_id: string;
  owner: string;
  lease_ms: number;
  known_seq: number | null;
  /** The key of the memory that the caller has cached. */
  memory_subject: string | null;
  history: number;
  /** Fence of the lease that came with the wake-up: exactly this lease is taken over. */
  granted: number | null;
}

/** All SQL of the turn loop. Every function is one round trip; commits of turns that finish together share one. */
export function createTurnRepository(db: Db) {
  return {
    /** Acquires the lease; null = somebody else holds it, or nothing waits. */
    acquire: groupCommit<AcquireItem, Acquired>(
      async (items) => {
        const rows = await db.query<{ r: { i: number } & Acquired }>("select acquire_sessions($1::jsonb) as r", [
          JSON.stringify(items.map((item, i) => ({ i, ...item }))),
        ]);
        const answers: (Acquired | Error)[] = items.map(() => new Error("no answer"));
        for (const { r } of rows) answers[r.i] = r;
        return answers;
      },
      { maxItems: 64, maxBatches: 3, isItemError: isStatementFault },
    ),
    async pending(tenantId: string, conversationId: string, doneSeq: number): Promise<PendingTurn[]> {
      const [row] = await db.query<{ r: PendingTurn[] }>("select waiting_turns($1, $2, $3) as r", [
        tenantId,
        conversationId,
        doneSeq,
      ]);
      return row?.r ?? [];
    },
    /** Extends the lease; null = it was lost: whatever runs under it must stop. `stop`: waiting turns that the visitor cancelled. */
    async keep(
      tenantId: string,
      sessionId: string,
      fence: number,
      leaseMs: number,
    ): Promise<{ stop: number[] } | null> {
      const [row] = await db.query<{ r: { stop: number[] } | null }>("select keep_lease($1, $2, $3, $4) as r", [
        tenantId,
        sessionId,
        fence,
        leaseMs,
      ]);
      return row?.r ?? null;
    },
    fileHeads: fileHeadsOf(db),
    async release(tenantId: string, sessionId: string, fence: number): Promise<void> {
      await db.query("select release_lease($1, $2, $3)", [tenantId, sessionId, fence]);
    },
    /** Fenced commit. Idempotent by (session, seq): a second commit of the same turn answers `fenced`. */
    commit: groupCommit<CommitItem, CommitAnswer>(
      async (items) => {
        const answers = new Map<CommitItem, CommitAnswer>(await commitPlain(db, items));
        const left = items.filter((item) => !answers.has(item));
        if (left.length > 0) {
          const rows = await db.query<{ r: { i: number } & CommitAnswer }>("select commit_turns($1::jsonb) as r", [
            JSON.stringify(left.map((item, i) => ({ i, ...item }))),
          ]);
          for (const { r } of rows) {
            const item = left[r.i];
            if (item) answers.set(item, r);
          }
        }
        return items.map((item) => answers.get(item) ?? new Error("no answer"));
      },
      { maxItems: 64, maxBatches: 3, isItemError: isStatementFault },
    ),
    /** Sessions with input that nobody works on, accepted at least `olderMs` ago. */
    waiting(
      olderMs: number,
      limit: number,
    ): Promise<{ tenant_id: string; session_id: string; conversation_id: string; seq: number }[]> {
      return db.query("select * from waiting_sessions($1, $2)", [olderMs, limit]);
    },
    activeVersion: activeVersionOf(db),
  };
}
export type TurnRepository = ReturnType<typeof createTurnRepository>;
