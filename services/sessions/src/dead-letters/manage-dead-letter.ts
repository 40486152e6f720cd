import {
  AppError,
  type dropDeadLetter,
  type getDeadLetter,
  type replayDeadLetter,
  requireRole,
  tenantOf,
  turnSeqOf,
} from "@parley/contracts";
import type { Counter } from "@parley/observability";
import { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import { tell } from "../escalations/escalation-deps.js";
import type { DeadLetterRepository } from "./repository.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

/** Sequence numbers are PostgreSQL integers. */
const MAX_SEQ = 2_147_483_647;

function turnOf(id: string): { conversationId: string; seq: number } {
  const conversationId = z.uuid().safeParse(id.slice(0, id.indexOf(".")));
  const seq = turnSeqOf(id);
  if (!conversationId.success || seq === null || seq > MAX_SEQ) throw new AppError("dead_letter_not_found");
  return { conversationId: conversationId.data, seq };
}

/** One dead letter with its content. A read; admins. */
export const getDeadLetterHandler =
  ({ deadLetters }: { deadLetters: DeadLetterRepository }) =>
  async ({ principal, id }: In<typeof getDeadLetter>): Out<typeof getDeadLetter> => {
    requireRole(principal, "admin");
    const { conversationId, seq } = turnOf(id);
    const deadLetter = await deadLetters.get(tenantOf(principal), conversationId, seq);
    if (deadLetter === null) throw new AppError("dead_letter_not_found");
    return { deadLetter };
  };

interface ReplayDeps extends Pick<HandlerDeps, "wake" | "relay" | "redis"> {
  deadLetters: DeadLetterRepository;
  replayed: Counter<string>;
}

/**
 * Replays a dead letter as a new turn, on the path of every message. Idempotency key: the dead letter, while its last replay waits
 * or was answered. Throws the errors of a message (`session_ended`, `session_expired`, `messages_exhausted`, …), and
 * `turn_overtaken` for a timeout or a hand-back when something has happened since.
 */
export const replayDeadLetterHandler =
  (deps: ReplayDeps) =>
  async ({ principal, id }: In<typeof replayDeadLetter>): Out<typeof replayDeadLetter> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const turn = turnOf(id);
    const by = `${principal.via}:${principal.id}`;
    const { dead, repeated, seq, events } = await deps.deadLetters.replay(tenantId, turn, by);
    const { session_id: sessionId, conversation_id: conversationId } = dead;
    tell(deps, sessionId, events);
    if (!repeated) {
      deps.wake({ tenantId, sessionId, conversationId, seq });
      deps.replayed.inc();
    }
    return { deadLetter: dead, repeated };
  };

/** Drops a dead letter. Idempotent by state: a second call gets `dead_letter_not_found`. */
export const dropDeadLetterHandler =
  ({ deadLetters }: { deadLetters: DeadLetterRepository }) =>
  async ({ principal, id }: In<typeof dropDeadLetter>): Out<typeof dropDeadLetter> => {
    requireRole(principal, "admin");
    const { conversationId, seq } = turnOf(id);
    if (!(await deadLetters.drop(tenantOf(principal), conversationId, seq)))
      throw new AppError("dead_letter_not_found");
    return { deleted: true };
  };
