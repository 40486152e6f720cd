import { randomBytes } from "node:crypto";
import { verificationRequestId } from "@parley/contracts";
import { readCookie } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { givenIdempotencyKey } from "../../edge/idempotency.js";
import { keepCookie } from "../../edge/visit.js";
import type { Visit } from "../../edge/visitor.js";

/** Longer than a code is valid, so that the next code of this browser replaces the previous one. */
const COOKIE_SECONDS = 3_600;

/**
 * The secret id of this browser's request for a code: as given, else from its cookie, else a new one. With an idempotency key a new one
 * is derived from the key, so that a repeat after a lost answer gets the same id.
 */
export function requestIdOf(
  { secrets }: Pick<GatewayContext, "secrets">,
  request: FastifyRequest,
  given: { request_id?: string | undefined; email: string },
): string {
  const held = heldRequestId(request, given.request_id);
  if (held !== null) return held;
  const key = givenIdempotencyKey(request);
  if (key === null) return randomBytes(16).toString("base64url");
  const { id } = request.visit.policy;
  return secrets.keyedHash(`verification:${id}:${request.clientBucket}:${given.email}:${key}`).slice(0, 32);
}

/** The id that a browser holds; null = it never requested a code here, or sends no cookie. */
export function heldRequestId(request: FastifyRequest, given: string | undefined): string | null {
  if (given !== undefined) return given;
  const cookie = verificationRequestId.safeParse(readCookie(request.headers.cookie, cookieName(request.visit)));
  return cookie.success ? cookie.data : null;
}

/** Stores the id in the browser, where no script can read it; null deletes it. */
export function keepRequestId(
  reply: FastifyReply,
  { visit, publicUrl }: { visit: Visit; publicUrl: string },
  value: string | null,
): void {
  keepCookie(reply, { visit, publicUrl }, { name: cookieName(visit), value, maxAgeSeconds: COOKIE_SECONDS });
}

const cookieName = (visit: Visit): string => visit.cookieName.replace("session", "verify");
