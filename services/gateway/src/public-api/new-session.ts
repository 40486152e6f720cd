import { AppError, createSession, type publicSessionBody } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { fingerprintOf, givenIdempotencyKey } from "../idempotency.js";

export type NewSession = z.output<typeof createSession.response>;

/**
 * Opens a session of the visit's link; the quota is counted in that transaction. Idempotent by `Idempotency-Key`. Throws
 * `sessions_exhausted`, and `forbidden` where the link wants a confirmed address first.
 */
export async function openVisitorSession(
  { bus, waiter }: GatewayContext,
  request: FastifyRequest,
  body: z.output<typeof publicSessionBody>,
): Promise<NewSession> {
  const { policy } = request.visit;
  if (policy.requireEmail) throw new AppError("forbidden", { internal: "the link requires a confirmed address" });
  const given = givenIdempotencyKey(request);
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
