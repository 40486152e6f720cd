import {
  AppError,
  continueVerified,
  createSession,
  getSession,
  type publicSessionBody,
  withoutLogo,
} from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { requireEntry } from "../../edge/entry.js";
import { fingerprintOf, givenIdempotencyKey } from "../../edge/idempotency.js";
import { type Visit, visitorAccess } from "../../edge/visitor.js";

export type NewSession = Pick<
  z.output<typeof createSession.response>,
  "sessionId" | "turnId" | "turn" | "createdAt" | "expiresAt" | "remainingMessages" | "sessionToken" | "replayed"
>;

type NewSessionBody = Pick<z.output<typeof publicSessionBody>, "participant" | "consent" | "pin" | "proof">;

/** Identifies a request that opens only one session. */
interface Once {
  key: string;
  fingerprint: string;
}

/**
 * Opens a session of the visit's link after the entry check; the quota is counted in that transaction. Idempotent by
 * `Idempotency-Key`. Throws `sessions_exhausted`, and `verification_required` where a confirmed address is required first; there
 * the entry check was passed before the code was mailed.
 */
export async function openVisitorSession(
  context: GatewayContext,
  request: FastifyRequest,
  body: NewSessionBody,
): Promise<NewSession> {
  const { policy } = request.visit;
  if (policy.requireEmail) return openAgain(context, request, { afterLeaving: false, consent: body.consent });
  const given = visitorKey(request);
  const once = given === null ? undefined : { key: `link:${policy.id}:${given}`, fingerprint: fingerprintOf(request) };
  await requireEntry(context, request, body);
  return create(context, request, { ...body, once });
}

/** The session of a token whose visitor left it with New Conversation; null = it was not left that way. */
export async function leftSession({ bus }: GatewayContext, visit: Visit, sessionToken: string): Promise<string | null> {
  const { session } = await bus.call(getSession, { access: visitorAccess(visit, sessionToken) });
  return session.status !== "active" && session.end_reason === "visitor" ? session.session_id : null;
}

const OPENING_TRIES = 5;

/**
 * Opens the session after one that its visitor left; like any new one it requires the entry check and counts. Idempotent by the
 * session that was left: however often a client repeats a message whose answer was lost, it gets one conversation.
 */
export async function openAfter(
  context: GatewayContext,
  request: FastifyRequest,
  { left, entry }: { left: string; entry: NewSessionBody },
): Promise<NewSession> {
  // The session is opened once per left session, whatever key the caller gives.
  await requireEntry(context, request, entry, `after ${left}`);
  const after = (session: string): Promise<NewSession> =>
    create(context, request, { ...entry, once: { key: `after:${session}`, fingerprint: "after" } });
  let opened = await after(left);
  // A session whose opening failed was never a conversation: the next try follows it.
  for (let n = 1; n < OPENING_TRIES && opened.replayed && opened.turn.status === "failed"; n += 1)
    opened = await after(opened.sessionId);
  return opened;
}

async function create(
  { bus, waiter, visitCounts }: GatewayContext,
  request: FastifyRequest,
  body: NewSessionBody & { once: Once | undefined },
): Promise<NewSession> {
  const { policy } = request.visit;
  const opened = await bus.call(
    createSession,
    {
      tenantId: policy.tenantId,
      agentId: policy.agentId,
      version: policy.agentVersion,
      metadata: {},
      participant: body.participant,
      participantVerified: false,
      link: withoutLogo(policy),
      consent: body.consent,
      idempotency: body.once,
      replyTo: waiter.replyTo,
    },
    { requestId: request.id },
  );
  if (!opened.replayed) visitCounts.count(request, policy, "sessions");
  return opened;
}

/**
 * Opens another conversation for a visitor who confirmed an address before; the token of the last one is the proof.
 * `afterLeaving`: only when the visitor ended the last one. Throws `verification_required` without such a token,
 * `consent_required` when the link's text has changed since it was agreed to.
 */
export async function openAgain(
  { bus, waiter, visitCounts }: GatewayContext,
  request: FastifyRequest,
  { afterLeaving, consent }: { afterLeaving: boolean; consent?: boolean | undefined },
): Promise<NewSession> {
  const { policy, sessionToken } = request.visit;
  if (sessionToken === null) throw new AppError("verification_required");
  try {
    const access = visitorAccess(request.visit, sessionToken);
    const opened = await bus.call(
      continueVerified,
      { access, link: withoutLogo(policy), afterLeaving, consent, replyTo: waiter.replyTo },
      { requestId: request.id },
    );
    visitCounts.count(request, policy, "sessions");
    return { ...opened, turnId: opened.turn.turn_id, replayed: false };
  } catch (error) {
    // The proof has expired: the visitor needs another code.
    if (error instanceof AppError && error.code === "session_token_invalid")
      throw new AppError("verification_required");
    throw error;
  }
}

/** A repeat of this key opens the same session, so it must be hard to guess for strangers on the same link. */
const LEAST_KEY_LENGTH = 16;

function visitorKey(request: FastifyRequest): string | null {
  const given = givenIdempotencyKey(request);
  if (given === null || given.length >= LEAST_KEY_LENGTH) return given;
  const message = `must have at least ${LEAST_KEY_LENGTH} characters here: it opens the session again, so it must not be guessed`;
  throw new AppError("validation_failed", {
    errors: [{ pointer: "header/idempotency-key", rule: "min_length", message }],
  });
}
