import { AppError, createSession, type publicSessionBody } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { fingerprintOf, givenIdempotencyKey } from "../idempotency.js";

export type NewSession = z.output<typeof createSession.response>;

/**
 * Opens a session of the visit's link; the quota is counted in that transaction. Idempotent by `Idempotency-Key`. Throws
 * `sessions_exhausted`, and `verification_required` where the link wants a confirmed address first.
 */
export async function openVisitorSession(
  { bus, waiter }: GatewayContext,
  request: FastifyRequest,
  body: z.output<typeof publicSessionBody>,
): Promise<NewSession> {
  const { policy } = request.visit;
  if (policy.requireEmail) throw new AppError("verification_required");
  const given = visitorKey(request);
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
