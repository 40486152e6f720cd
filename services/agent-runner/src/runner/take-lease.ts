import type { Bus } from "@parley/bus";
import { GRANTED_LEASE_MS, type GrantedLease } from "@parley/contracts";
import type { AcquiredSession, SessionRef, TurnRepository } from "./repository/turns.js";
import type { CachedSession, SessionCache } from "./session-cache.js";
import { afterLease, type SessionState } from "./session-state.js";

/** A granted lease younger than this has most of its time left. Compares the clocks of two machines: skew costs a statement. */
const YOUNG_MS = GRANTED_LEASE_MS / 4;

/** A session as a wake-up or the poll names it; `lease` = granted with the message `seq`. */
export interface Wanted extends SessionRef {
  seq: number;
  lease?: GrantedLease | undefined;
}

export interface TakeLeaseDeps {
  /** Its id is stored in the lease: the next messages of the session are sent here first. The fence, not the id, decides. */
  bus: Pick<Bus, "id">;
  cache: SessionCache;
  repository: TurnRepository;
  config: { LEASE_MS: number; MAX_HISTORY_SIZE: number };
}

export interface TakenLease {
  session: AcquiredSession;
  state: SessionState;
  /** The link whose budget the turns are charged to; null = none. */
  budgetLink: string | null;
  /** Milliseconds for which it is certainly still valid. */
  leaseMs: number;
}

/**
 * The lease of a session with what its turns need; null = somebody else holds it, or nothing waits. Needs no statement when the
 * wake-up brought a young lease and this runner has cached the session as of the previous turn.
 */
export async function takeLease(
  { bus, cache, config, repository }: TakeLeaseDeps,
  wanted: Wanted,
): Promise<TakenLease | null> {
  const { lease } = wanted;
  const known = cache.get(wanted.sessionId);
  if (lease && known?.doneSeq === wanted.seq - 1 && Math.abs(Date.now() - Date.parse(lease.createdAt)) < YOUNG_MS) {
    return granted(known, wanted.seq, lease);
  }
  const { lease: session, ...beside } = await repository.acquire({
    tenant_id: wanted.tenantId,
    conversation_id: wanted.conversationId,
    owner: bus.id,
    lease_ms: config.LEASE_MS,
    known_seq: known?.doneSeq ?? null,
    memory_subject: known?.memory?.subject ?? null,
    history: config.MAX_HISTORY_SIZE,
    granted: lease?.fence ?? null,
  });
  if (!session) return null;
  const state = afterLease(session, { known, memoryVersion: beside.memory_version, nowMs: performance.now() });
  return { session, state, budgetLink: beside.budget_link, leaseMs: config.LEASE_MS };
}

/** Guaranteed by lease_is_free(): no human, no remembered person, no timeout, no budget, and the first try of the turn. */
function granted(known: CachedSession, seq: number, lease: GrantedLease): TakenLease {
  const session: AcquiredSession = {
    ...known.session,
    fence: lease.fence,
    tries: 1,
    done_seq: seq - 1,
    participant_verified: false,
    messages_used: lease.messagesUsed,
    max_messages: lease.maxMessages,
    handled_by: "agent",
    escalation: null,
    has_timer: false,
    turns: [
      {
        seq,
        kind: "message",
        content: lease.content,
        client_message_id: lease.clientMessageId,
        reply_to: lease.replyTo,
        files: null,
        created_at: lease.createdAt,
      },
    ],
  };
  const state: SessionState = {
    cached: { ...known, session },
    memoryVersion: null,
    messagesUsed: lease.messagesUsed,
    isHumanHandled: false,
    hasTimer: false,
  };
  return { session, state, budgetLink: null, leaseMs: GRANTED_LEASE_MS };
}
