import { z } from "zod";

const uuid = z.uuid();

export const role = z.enum(["owner", "admin", "editor", "operator", "viewer"]);
export type Role = z.infer<typeof role>;

/**
 * A caller the gateway has verified. `tenantId` null = operator-wide; `id` is that of the token, the key or the user; `address` (of the
 * network) and `requestId` are for the audit.
 */
export const principal = z.object({
  tenantId: uuid.nullable(),
  role,
  via: z.enum(["token", "hmac", "user"]),
  id: z.string(),
  address: z.string().max(64).optional(),
  requestId: z.string().max(128).optional(),
});
export type Principal = z.infer<typeof principal>;

/** The caller that a message names, if it is one of a management route. */
export function principalOf(message: unknown): Principal | undefined {
  if (typeof message !== "object" || message === null || !("principal" in message)) return undefined;
  return principal.safeParse(message.principal).data;
}

/** How a call reaches a session: a trusted backend by its id, or a visitor by link and session token. */
export const sessionAccess = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hmac"), tenantId: uuid.nullable(), sessionId: z.string() }),
  z.object({ type: z.literal("visitor"), tenantId: uuid, linkId: uuid, tokenId: z.string(), secret: z.string() }),
]);
export type SessionAccess = z.infer<typeof sessionAccess>;

/**
 * What a request is repeated by: its caller's key, and the signature of a signed one. An exact replay of a signature attaches to the
 * first answer, whatever key is put beside it.
 */
export const repeatableRequest = {
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).nullish(),
  signature: z.string().nullish(),
};
/** Whether an answer repeats an earlier one; absent in answers of services that do not know. */
export const replayable = { replayed: z.boolean().optional() };

export const participant = z.object({
  /** In its one spelling, as `emailAddress` makes it. */
  email: z.string().max(254).optional(),
  name: z.string().max(200).optional(),
  identifier: z.string().max(200).optional(),
  /** What the page of a visitor says of them besides; unlike a session's own metadata no backend vouches for it. */
  metadata: z.record(z.string(), z.unknown()).optional(),
});
