import { AppError, checkPin } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { givenIdempotencyKey } from "./idempotency.js";
import { requireProof } from "./proof.js";

/** What a visitor provides for the link's entry check. */
export interface Entry {
  pin?: string | undefined;
  consent?: boolean | undefined;
  proof?: string | undefined;
}

/**
 * The entry check of a link, before a session begins: PIN, then consent, then proof of work. Existing sessions are not checked.
 * `repeat` as in `requireProof`. Throws `pin_required`, `pin_wrong`, `rate_limited` (the PIN has to wait), `consent_required`, `proof_required`.
 */
export async function requireEntry(
  context: GatewayContext,
  request: FastifyRequest,
  entry: Entry,
  repeat: string | null = givenIdempotencyKey(request),
): Promise<void> {
  await requireIdentifiedEntry(context, request, entry);
  // Last of the three, so that nobody computes a proof and is then refused for the PIN.
  await requireProof(context, request, entry.proof, repeat);
}

/** As `requireEntry`, for visitors identified by the embedding site: they need no proof of work. */
export async function requireIdentifiedEntry(
  context: GatewayContext,
  request: FastifyRequest,
  entry: Entry,
): Promise<void> {
  await requirePin(context, request, entry.pin);
  if (request.visit.policy.consentText !== null && entry.consent !== true) throw new AppError("consent_required");
}

/** The entry check before a code is mailed: as `requireEntry`, but consent is given with the code. */
export async function requireMailEntry(
  context: GatewayContext,
  request: FastifyRequest,
  entry: Omit<Entry, "consent"> & { email: string },
): Promise<void> {
  await requirePin(context, request, entry.pin);
  const key = givenIdempotencyKey(request);
  // One proof per mail: even with the same key, another address is another request. Keys contain no spaces.
  await requireProof(context, request, entry.proof, key === null ? null : `${key} ${entry.email}`);
}

async function requirePin(
  { bus, secrets, security }: GatewayContext,
  request: FastifyRequest,
  pin: string | undefined,
): Promise<void> {
  const { policy } = request.visit;
  if (!policy.pinRequired) return;
  if (pin === undefined || pin === "") throw new AppError("pin_required");
  const bucket = secrets.keyedHash(`pin:${request.clientBucket}`);
  const at = { tenantId: policy.tenantId, linkId: policy.id };
  try {
    await bus.call(checkPin, { ...at, pin, bucket }, { requestId: request.id });
  } catch (error) {
    if (error instanceof AppError && error.code === "pin_wrong")
      security.note(request, policy, { kind: "pin_failures" });
    throw error;
  }
}
