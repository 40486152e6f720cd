import type { SessionAccess } from "@parley/contracts";
import type { FastifyRequest } from "fastify";

/** A trusted backend reaches the sessions of its tenant by id; the default key reaches all. */
export const signedAccess = (request: FastifyRequest, sessionId: string): SessionAccess => ({
  type: "hmac",
  tenantId: request.caller.principal.tenantId,
  sessionId,
});

export const turnUrl = (sessionId: string, turnId: string): string => `/api/chat/sessions/${sessionId}/turns/${turnId}`;

export const eventsUrl = (sessionId: string): string => `/api/chat/sessions/${sessionId}/events`;
