import { z } from "zod";

const uuid = z.uuid();

export const role = z.enum(["owner", "admin", "editor", "operator", "viewer"]);
export type Role = z.infer<typeof role>;

/** A caller the gateway has verified. `tenantId` null = operator-wide. */
export const principal = z.object({ tenantId: uuid.nullable(), role, via: z.enum(["token", "hmac"]), id: z.string() });
export type Principal = z.infer<typeof principal>;

/** How a call reaches a session: a trusted backend by its id, or a visitor by link and session token. */
export const sessionAccess = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hmac"), tenantId: uuid.nullable(), sessionId: z.string() }),
  z.object({ type: z.literal("visitor"), tenantId: uuid, linkId: uuid, tokenId: z.string(), secret: z.string() }),
]);
export type SessionAccess = z.infer<typeof sessionAccess>;

export const participant = z.object({
  email: z.email().max(254).optional(),
  name: z.string().max(200).optional(),
  identifier: z.string().max(200).optional(),
});
