import { AppError, continueVerified, createSession, type publicSessionBody } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { fingerprintOf, givenIdempotencyKey } from "../idempotency.js";
import { requireEntry } from "./entry.js";
import { visitorAccess } from "./visit.js";

export type NewSession = Pick<
  z.output<typeof createSession.response>,
  "sessionId" | "turnId" | "turn" | "createdAt" | "expiresAt" | "remainingMessages" | "sessionToken" | "replayed"
>;

/**
 * Opens a session of the visit's link, for who passes its door; the quota is counted in that transaction. Idempotent by
 * `Idempotency-Key`. Throws `sessions_exhausted`, and `verification_required` where a confirmed address is wanted first; there
 * the door was passed on the way to the code.
 */
export async function openVisitorSession(
  context: GatewayContext,
  request: FastifyRequest,
  body: Pick<z.output<typeof publicSessionBody>, "participant" | "consent" | "pin" | "proof">,
): Promise<NewSession> {
  const { bus, waiter } = context;
  const { policy } = request.visit;
  if (policy.requireEmail) return openAgain(context, request, { afterLeaving: false, consent: body.consent });
  const given = visitorKey(request);
  await requireEntry(context, request, body);
  return bus.call(
    createSession,
    {
      tenantId: policy.tenantId,
      agentId: policy.agentId,
      version: policy.agentVersion,
      metadata: {},
      participant: body.participant,
      participantVerified: false,
      link: policy,
      consent: body.consent,
      idempotency:
        given === null ? undefined : { key: `link:${policy.id}:${given}`, fingerprint: fingerprintOf(request) },
      replyTo: waiter.replyTo,
    },
    { requestId: request.id },
  );
}

/**
 * Opens another conversation for a visitor who confirmed an address before; the token of the last one is the proof.
 * `afterLeaving`: only when the visitor ended the last one. Throws `verification_required` without such a token,
 * `consent_required` when the link's text is another one than was agreed to with it.
 */
export async function openAgain(
  { bus, waiter }: GatewayContext,
  request: FastifyRequest,
  { afterLeaving, consent }: { afterLeaving: boolean; consent?: boolean | undefined },
): Promise<NewSession> {
  const { policy, sessionToken } = request.visit;
  if (sessionToken === null) throw new AppError("verification_required");
  try {
    const access = visitorAccess(request.visit, sessionToken);
    const opened = await bus.call(
      continueVerified,
      { access, link: policy, afterLeaving, consent, replyTo: waiter.replyTo },
      { requestId: request.id },
    );
    return { ...opened, turnId: opened.turn.turn_id, replayed: false };
  } catch (error) {
    // The proof has run out: another code is what helps.
    if (error instanceof AppError && error.code === "session_token_invalid")
      throw new AppError("verification_required");
    throw error;
  }
}

/** A repeat of this key opens the same session, so between strangers on one link it must be hard to guess. */
const LEAST_KEY_LENGTH = 16;

function visitorKey(request: FastifyRequest): string | null {
  const given = givenIdempotencyKey(request);
  if (given === null || given.length >= LEAST_KEY_LENGTH) return given;
  const message = `must have at least ${LEAST_KEY_LENGTH} characters here: it opens the session again, so it must not be guessed`;
  throw new AppError("validation_failed", {
    errors: [{ pointer: "header/idempotency-key", rule: "min_length", message }],
  });
}
