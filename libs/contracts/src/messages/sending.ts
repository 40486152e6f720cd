import { z } from "zod";
import { event, rpc } from "../declare.js";
import { resendBody } from "../http/resend.js";
import {
  deliveryRecipient,
  linkDelivery,
  linkDeliveryFilter,
  recipientStatus,
  sendAccepted,
  sendLinkBody,
  sendPreview,
  suppressBody,
  suppression,
} from "../http/sending.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const ofLink = { principal, agent: z.string(), id: uuid };
const paged = { limit: z.number().int(), cursor: z.string().optional() };
const nextCursor = z.string().nullable();

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("links", name, "links", request, response);

/** Sends a link, or says what would be sent (`dry_run`). */
export const sendLink = call(
  "send",
  z.object({ ...ofLink, body: sendLinkBody, ...repeatableRequest }),
  z.object({ answer: z.union([sendAccepted, sendPreview]), ...replayable }),
);

/** Of one link (`agent` and `id`), else of the tenant: of an agent when it is named. */
export const listLinkDeliveries = call(
  "list_deliveries",
  z.object({
    principal,
    agent: z.string().optional(),
    id: uuid.optional(),
    ...linkDeliveryFilter.shape,
    ...paged,
  }),
  z.object({ data: z.array(linkDelivery), nextCursor }),
);

const ofDelivery = { ...ofLink, delivery: uuid };

export const getLinkDelivery = call("get_delivery", z.object(ofDelivery), z.object({ delivery: linkDelivery }));

export const listDeliveryRecipients = call(
  "list_delivery_recipients",
  z.object({ ...ofDelivery, status: recipientStatus.optional(), ...paged }),
  z.object({ data: z.array(deliveryRecipient), nextCursor }),
);

/** Stops what was not sent yet. */
export const cancelLinkDelivery = call("cancel_delivery", z.object(ofDelivery), z.object({ delivery: linkDelivery }));

/** Writes again to some of a delivery's recipients, or says what would be sent (`dry_run`). */
export const resendDelivery = call(
  "resend",
  z.object({ ...ofDelivery, body: resendBody, ...repeatableRequest }),
  z.object({ answer: z.union([sendAccepted, sendPreview]), ...replayable }),
);

/** Takes whom the token of a mail names off the list. `known` false = the token was not made here. */
export const unsubscribe = call(
  "unsubscribe",
  z.object({ token: z.string().max(256) }),
  z.object({ known: z.boolean() }),
);

/** What a provider says of messages that it had taken; links checks that it is the provider who says it. */
export const takeProviderEvents = call(
  "take_provider_events",
  z.object({
    provider: z.enum(["sendgrid", "mailgun", "twilio"]),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  z.object({ taken: z.number().int() }),
);

export const listSuppressions = call(
  "list_suppressions",
  z.object({ principal, ...paged }),
  z.object({ data: z.array(suppression), nextCursor }),
);

export const suppressAddress = call("suppress", z.object({ principal, body: suppressBody }), z.object({ suppression }));

export const allowAddress = call("unsuppress", z.object({ principal, id: uuid }), z.object({}));

const fact = z.object({ tenantId: uuid, deliveryId: uuid, recipientId: uuid, linkId: uuid });

/** A recipient was sent the link. */
export const deliverySent = event("links", "delivery_sent", fact);

/** A recipient will not get the link. */
export const deliveryFailed = event("links", "delivery_failed", fact);
