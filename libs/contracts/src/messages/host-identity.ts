import { z } from "zod";
import { rpc } from "../declare.js";
import { hostIdentity, hostIdentityBody, identityRefusal, identitySecret } from "../http/host-identity.js";
import { principal, repeatableRequest, replayable, sessionAccess } from "./callers.js";
import { openedVerified } from "./verification.js";

const uuid = z.uuid();
const ofLink = z.object({ principal, agent: z.string(), id: uuid });

export const getHostIdentity = rpc("links", "get_host_identity", "links", ofLink, z.object({ hostIdentity }));

/** What the body leaves out stays as it was. */
export const setHostIdentity = rpc(
  "links",
  "set_host_identity",
  "links",
  ofLink.extend({ body: hostIdentityBody }),
  z.object({ hostIdentity }),
);

/** Makes the secret of HS256, or its successor: then both count for a day. Idempotent by the key, else by the signature. */
export const rotateIdentitySecret = rpc(
  "links",
  "rotate_identity_secret",
  "links",
  ofLink.extend(repeatableRequest),
  identitySecret.extend(replayable),
);

/** From now on the link takes no identity. Idempotent by state. */
export const deleteHostIdentity = rpc(
  "links",
  "delete_host_identity",
  "links",
  ofLink,
  z.object({ deleted: z.literal(true) }),
);

/**
 * Opens the conversation of whom the embedding site vouches for, by the JWT it signed; `same` = that of `access` is theirs already.
 * An identity opens once: idempotent by (its `jti`, key). `consent_required` before it is used; `access_pending` where an
 * approval is awaited. Gateway `replyTo` as in sessions' create.
 */
export const openIdentified = rpc(
  "links",
  "open_identified",
  "links",
  z.object({
    tenantId: uuid,
    linkId: uuid,
    identity: z.string(),
    /** Of the session that the visitor's browser holds. */
    access: sessionAccess.optional(),
    /** sha256 (hex) of the text that was agreed to. */
    consentHash: z.string().optional(),
    idempotencyKey: z.string().optional(),
    /** For the mail that tells of an approval. */
    languages: z.array(z.string()).optional(),
    replyTo: z.string(),
  }),
  z.discriminatedUnion("status", [
    openedVerified.extend({ status: z.literal("opened") }),
    z.object({ status: z.literal("same") }),
    z.object({ status: z.literal("refused"), reason: identityRefusal }),
  ]),
  8_000,
);
