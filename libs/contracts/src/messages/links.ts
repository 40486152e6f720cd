import { z } from "zod";
import { storedBranding } from "../branding.js";
import { event, rpc } from "../declare.js";
import { freeObject } from "../free-object.js";
import { link } from "../http/links.js";
import { officeHours } from "../office-hours.js";
import { principal, repeatableRequest, replayable, role } from "./callers.js";

const uuid = z.uuid();
const iso = z.string();
const empty = z.object({});
const metadata = freeObject;

export const verifyToken = rpc(
  "links",
  "verify_token",
  "links",
  z.object({ token: z.string() }),
  z.object({ principal: principal.nullable() }),
);
/**
 * Key material for HMAC verification; core subject, never stored. null = unknown key. Without scopes the key may what its role may.
 * `requireNonce`: the key or its tenant asks for a nonce in every signed request.
 */
export const resolveKey = rpc(
  "links",
  "resolve_key",
  "links",
  z.object({ keyId: z.string() }),
  z.object({
    key: z
      .object({
        secret: z.string(),
        principal,
        scopes: z.array(z.string()).optional(),
        requireNonce: z.boolean().optional(),
      })
      .nullable(),
  }),
);
/**
 * Remembers the signature of a request whose own work does not, before that work is done. `first` false = it was received before.
 * `tenantId` null = the key is operator-wide.
 */
export const claimSignature = rpc(
  "links",
  "claim_signature",
  "links",
  z.object({ tenantId: uuid.nullable(), signature: z.string() }),
  z.object({ first: z.boolean() }),
);

/** The part of a link's contract that the gateway enforces and sessions snapshot. */
export const linkPolicy = z.object({
  id: uuid,
  tenantId: uuid,
  agentId: uuid,
  agentName: z.string(),
  agentVersion: z.number().int().nullable(),
  title: z.string(),
  description: z.string().nullable(),
  welcomeMessage: z.string().nullable(),
  expiresAt: iso.nullable(),
  maxSessions: z.number().int(),
  sessionsUsed: z.number().int(),
  maxMessagesPerSession: z.number().int(),
  sessionTimeoutMinutes: z.number().int(),
  rateLimitPerMinute: z.number().int(),
  maxMessageLength: z.number().int(),
  requireEmail: z.boolean(),
  allowedDomains: z.array(z.string()),
  branding: storedBranding,
  friendlyErrors: z.boolean(),
  chatIntent: z.string().nullable(),
  systemPromptOverride: z.string().nullable(),
  initialMessage: z.string().nullable(),
  // Fields of later releases have defaults: a replica of the release before does not send them.
  maxConcurrentSessions: z.number().int().nullable().default(null),
  /** The agent's description where the link wants an introduction. */
  introduction: z.string().nullable().default(null),
  allowedIps: z.array(z.string()).default([]),
  allowedCountries: z.array(z.string()).default([]),
  blockedCountries: z.array(z.string()).default([]),
  pinRequired: z.boolean().default(false),
  consentText: z.string().nullable().default(null),
  starters: z.array(z.string()).default([]),
  fileUploads: z
    .object({
      enabled: z.boolean(),
      types: z.array(z.string()),
      maxBytes: z.number().int(),
      maxCount: z.number().int(),
    })
    .default({ enabled: false, types: [], maxBytes: 1, maxCount: 1 }),
  proofOfWork: z.enum(["off", "adaptive", "always"]).default("off"),
  recipient: z.object({ name: z.string().optional(), email: z.string().optional() }).nullable().default(null),
  /** Who may come in besides what the link itself asks: the agent's access policy. `requireEmail` includes it. */
  access: z.enum(["open", "any_verified", "approval"]).default("open"),
  /** How the people behind the agent can be reached; null = nothing was said of them. */
  people: z
    .object({
      hours: officeHours.nullish(),
      reply_minutes: z.number().int().nullish(),
      fallback_minutes: z.number().int().nullish(),
    })
    .nullish(),
  /** False where the agent has no version that could talk. */
  agentReady: z.boolean().optional(),
});
export type LinkPolicy = z.infer<typeof linkPolicy>;
/** `unavailable` covers unknown, malformed, wrong secret, disabled and deleted alike; `expired` only after the secret was verified. */
export const resolveLink = rpc(
  "links",
  "resolve",
  "links",
  z.object({ id: z.string(), secret: z.string() }),
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), policy: linkPolicy }),
    z.object({ status: z.literal("expired"), friendly: z.boolean() }),
    z.object({ status: z.literal("unavailable") }),
  ]),
);

/** Owner calls are forwarded as one operation each; body is the parsed HTTP body. See http.ts for bodies and answers. */
const owner = { principal };
export const createLink = rpc(
  "links",
  "create",
  "links",
  z.object({
    ...owner,
    agent: z.string(),
    body: metadata,
    idempotencyKey: z.string().optional(),
    signature: repeatableRequest.signature,
  }),
  z.object({ link, token: z.string(), ...replayable }),
);
export const listLinks = rpc(
  "links",
  "list",
  "links",
  z.object({
    ...owner,
    agent: z.string(),
    limit: z.number().int(),
    offset: z.number().int().optional(),
    cursor: z.string().optional(),
    includeInactive: z.boolean(),
  }),
  z.object({ data: z.array(link), nextCursor: z.string().nullable(), total: z.number().int() }),
);
export const getLink = rpc(
  "links",
  "get",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid }),
  z.object({ link }),
);
export const updateLink = rpc(
  "links",
  "update",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid, body: metadata }),
  z.object({ link }),
);
export const deleteLink = rpc(
  "links",
  "delete",
  "links",
  z.object({ ...owner, agent: z.string(), id: uuid }),
  z.object({ deleted: z.literal(true), sessionsEnded: z.number().int() }),
);
export const createTenant = rpc(
  "links",
  "create_tenant",
  "links",
  z.object({ ...owner, name: z.string(), ...repeatableRequest }),
  z.object({ id: uuid, adminToken: z.string(), ...replayable }),
);
export const createToken = rpc(
  "links",
  "create_token",
  "links",
  z.object({ ...owner, name: z.string(), role, tenantId: uuid.optional(), ...repeatableRequest }),
  z.object({ id: uuid, token: z.string(), ...replayable }),
);
export const deleteToken = rpc("links", "delete_token", "links", z.object({ ...owner, id: uuid }), empty);
export const createKey = rpc(
  "links",
  "create_key",
  "links",
  z.object({
    ...owner,
    name: z.string(),
    scopes: z.array(z.string()),
    requireNonce: z.boolean().optional(),
    ...repeatableRequest,
  }),
  z.object({ id: uuid, keyId: z.string(), secret: z.string(), ...replayable }),
);
export const rotateKey = rpc(
  "links",
  "rotate_key",
  "links",
  z.object({ ...owner, id: uuid, ...repeatableRequest }),
  z.object({ id: uuid, keyId: z.string(), secret: z.string(), ...replayable }),
);
export const deleteKey = rpc("links", "delete_key", "links", z.object({ ...owner, id: uuid }), empty);
/** A link was changed, disabled, deleted or expired: drop cached policies, close its streams. */
export const linkRevoked = event(
  "links",
  "revoked",
  /** `reason` absent: it was switched off or deleted. */
  z.object({ linkId: uuid, tenantId: uuid, reason: z.literal("expired").optional() }),
);
export const linkUpdated = event("links", "updated", z.object({ linkId: uuid, tenantId: uuid }));
/** A token or key was taken back, a user removed or given another role, or (`rotated`) is good for a while only: drop cached principals, close what it opened unless it was rotated. */
export const credentialRevoked = event(
  "links",
  "credential_revoked",
  z.object({ id: uuid, rotated: z.boolean().optional() }),
);
