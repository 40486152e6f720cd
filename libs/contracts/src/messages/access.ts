import { z } from "zod";
import { event, rpc } from "../declare.js";
import { accessPolicy, accessRequest } from "../http/access.js";
import { principal } from "./callers.js";

const uuid = z.uuid();

const owner = { principal, agent: z.string() };

export const getAccessPolicy = rpc(
  "links",
  "get_access_policy",
  "links",
  z.object(owner),
  z.object({ policy: accessPolicy }),
);

/** `body` is the parsed HTTP body. What it leaves out stays as it was. `languages` (BCP 47, most wished first): for the mails to `notify_email`. */
export const setAccessPolicy = rpc(
  "links",
  "set_access_policy",
  "links",
  z.object({ ...owner, body: z.record(z.string(), z.unknown()), languages: z.array(z.string()).optional() }),
  z.object({ policy: accessPolicy }),
);

export const listAccessRequests = rpc(
  "links",
  "list_access_requests",
  "links",
  z.object({
    ...owner,
    status: accessRequest.shape.status.optional(),
    limit: z.number().int(),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(accessRequest), nextCursor: z.string().nullable() }),
);

/** Idempotent by state; only a decision that changes something is told to the requester. */
export const decideAccessRequest = rpc(
  "links",
  "decide_access_request",
  "links",
  z.object({ ...owner, id: uuid, decision: z.enum(["approve", "deny"]) }),
  z.object({ request: accessRequest }),
);

/** Takes a try and compares: `pin_wrong`, or `rate_limited` while this address or the whole link has to wait. */
export const checkPin = rpc(
  "links",
  "check_pin",
  "links",
  z.object({
    tenantId: uuid,
    linkId: uuid,
    pin: z.string(),
    /** Keyed hash of the client address. */
    bucket: z.string().min(1),
  }),
  z.object({ ok: z.literal(true) }),
);

/** Who may come in to an agent was changed: drop the cached policies of its links. */
export const accessPolicyChanged = event(
  "links",
  "access_policy_changed",
  z.object({ tenantId: uuid, agentId: uuid, linksEnabled: z.boolean() }),
);

/** A confirmed address requested access; announced once per agent and address. */
export const accessRequested = event(
  "links",
  "access_requested",
  z.object({ tenantId: uuid, agentId: uuid, requestId: uuid }),
);
