import { createHash } from "node:crypto";
import { AppError } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";

interface Idempotency {
  key: string;
  fingerprint: string;
}

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

/** The caller's `Idempotency-Key`, or null. Throws `validation_failed` when it is not 1–255 visible characters. */
export function givenIdempotencyKey(request: FastifyRequest): string | null {
  const given = request.headers["idempotency-key"];
  if (given === undefined) return null;
  if (typeof given === "string" && VISIBLE.test(given)) return given;
  const message = "must be 1 to 255 visible characters";
  throw new AppError("validation_failed", {
    errors: [{ pointer: "header/idempotency-key", rule: "pattern", message }],
  });
}

/** What makes two requests the same one: method, route and body bytes; the route's parameters are part of the scope. */
export function fingerprintOf(request: FastifyRequest): string {
  return createHash("sha256")
    .update(`${request.method} ${request.routeOptions.url ?? ""}\n${JSON.stringify(request.params ?? {})}\n`)
    .update(request.rawBody)
    .digest("hex");
}

/** The query options of an owner API call are part of its fingerprint; how it names its tenant is not. */
function ownerFingerprint(request: FastifyRequest): string {
  const query = typeof request.query === "object" && request.query !== null ? Object.entries(request.query) : [];
  const options = query.filter(([name, value]) => name !== "tenant_id" && value !== undefined).sort();
  const hash = createHash("sha256").update(fingerprintOf(request));
  return (options.length > 0 ? hash.update(JSON.stringify(options)) : hash).digest("hex");
}

/** What makes a request repeatable: the caller's key, and the signature of a signed request. */
export interface Repeatable {
  idempotency: Idempotency | null;
  signature: string | null;
}

/**
 * A signed request repeats by the caller's key and by its signature: an exact replay inside the window gets the first
 * answer, whatever key is added to it, so a captured request has no effect twice.
 */
export function signedRepeatable(request: FastifyRequest): Repeatable {
  const given = givenIdempotencyKey(request);
  return {
    // The services store keys by tenant, so a rotated signing key finds its earlier requests again.
    idempotency: given === null ? null : { key: given, fingerprint: fingerprintOf(request) },
    signature: request.caller.signed?.signature ?? null,
  };
}

/** A call of the owner API repeats by the caller's key; a signed one by its signature as well, as in the chat API. */
export function ownerRepeatable(request: FastifyRequest): Repeatable {
  const key = givenIdempotencyKey(request);
  return {
    idempotency: key === null ? null : { key, fingerprint: ownerFingerprint(request) },
    signature: request.caller.signed?.signature ?? null,
  };
}

/**
 * Marks an answer that repeats an earlier one. A request with a single-use nonce but without an
 * idempotency key or message id (`named`) cannot be a retry: it was captured, and Redis had lost the nonce.
 * Throws `invalid_signature` then.
 */
export function markReplay(
  request: FastifyRequest,
  reply: FastifyReply,
  replayed: boolean | undefined,
  named = false,
): void {
  if (replayed !== true) return;
  const nonce = request.caller.signed?.nonce ?? null;
  const isRetry = named || request.headers["idempotency-key"] !== undefined;
  if (nonce !== null && !isRetry) throw new AppError("invalid_signature");
  reply.header("idempotent-replayed", "true");
}
