import {
  cancelLinkDelivery,
  deliveryRecipient,
  getLinkDelivery,
  linkDelivery,
  linkDeliveryFilter,
  listDeliveryRecipients,
  listLinkDeliveries,
  pageOf,
  recipientStatus,
  resendBody,
  resendDelivery,
  sendAccepted,
  sendLink,
  sendLinkBody,
  sendPreview,
} from "@parley/contracts";
import { z } from "zod";
import { agentParams, deliveryParams, ofAgentParams, pageQuery } from "../params.js";
import { LONG_BODY_BYTES, ownerRoute, wirePage } from "./owner-route.js";

/** Sends a link, or reports what would be sent. Idempotent by `Idempotency-Key`, else by the signature. */
const sendRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/public-links/:id/send",
  summary: "Send a public link",
  description:
    "To at most 1,000 recipients by `email`, `sms`, `slack`, `teams` or `webhook`, each once, however often they are named. People get a link of their own (`personalised`, a copy of this one) and are greeted by name. 202: it is on its way, and `GET …/deliveries/{delivery}` tells how far. `dry_run: true` answers 200 with what would be sent and sends nothing.",
  role: "editor",
  config: { repeatable: true },
  params: ofAgentParams,
  bodyLimit: LONG_BODY_BYTES,
  body: sendLinkBody,
  answers: { 200: sendPreview, 202: sendAccepted },
  handle: async ({ principal, params, body, repeatable, reply, markReplay }, { bus }) => {
    const { answer, replayed } = await bus.call(sendLink, { principal, ...params, body, ...repeatable });
    markReplay(replayed);
    reply.code("dry_run" in answer ? 200 : 202);
    return answer;
  },
});

/** Deliveries of all links, newest first. */
const listAllRoute = ownerRoute({
  method: "GET",
  path: "/deliveries",
  summary: "List deliveries of all public links",
  description: "Newest first. `missed=true`: somebody was not reached, or nobody knows whether they were.",
  query: pageQuery.extend({
    agent: agentParams.shape.agent.optional(),
    link_id: z.uuid().optional(),
    ...linkDeliveryFilter.shape,
    missed: z.enum(["true", "false"]).optional(),
  }),
  answers: { 200: pageOf(linkDelivery) },
  handle: async ({ principal, query }, { bus }) => {
    const { tenant_id: _, link_id: id, missed, ...asked } = query;
    const filter = { ...asked, id, ...(missed === undefined ? {} : { missed: missed === "true" }) };
    return wirePage(await bus.call(listLinkDeliveries, { principal, ...filter }));
  },
});

/** Deliveries of a link, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/deliveries",
  summary: "List deliveries of a public link",
  params: ofAgentParams,
  query: pageQuery,
  answers: { 200: pageOf(linkDelivery) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listLinkDeliveries, { principal, ...params, limit, cursor })),
});

/** One delivery with its progress. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/deliveries/:delivery",
  summary: "Get a delivery",
  description:
    "`counts` tells how far it is. `engagement`: how many opened their own link (where `track_opens` is on), wrote on it, and whose conversation reached its end.",
  params: deliveryParams,
  answers: { 200: linkDelivery },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(getLinkDelivery, { principal, ...params })).delivery,
});

/** Recipients of a link and the outcome for each, in the order of the call. */
const recipientsRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/deliveries/:delivery/recipients",
  summary: "List the recipients of a delivery",
  role: "editor",
  params: deliveryParams,
  query: pageQuery.extend({ status: recipientStatus.optional() }),
  answers: { 200: pageOf(deliveryRecipient) },
  handle: async ({ principal, params, query: { status, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listDeliveryRecipients, { principal, ...params, status, limit, cursor })),
});

/** Cancels what was not sent yet. Idempotent by state. */
const cancelRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/public-links/:id/deliveries/:delivery/cancel",
  summary: "Cancel a delivery",
  description: "Recipients not contacted yet are skipped; sent links are not affected.",
  role: "editor",
  params: deliveryParams,
  answers: { 200: linkDelivery },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(cancelLinkDelivery, { principal, ...params })).delivery,
});

/** Writes to some recipients again, or reports what would be sent. Idempotent by `Idempotency-Key`, else by the signature. */
const resendRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/public-links/:id/deliveries/:delivery/resend",
  summary: "Send a delivery again",
  description:
    "A new delivery to those who have not opened their link (`not_opened`, of deliveries with `track_opens`), have not written on it (`not_chatted`), or whom the first did not reach (`failed`). Each keeps the link they have while it works. 409 `no_recipients` when there is nobody.",
  role: "editor",
  config: { repeatable: true },
  params: deliveryParams,
  body: resendBody,
  answers: { 200: sendPreview, 202: sendAccepted },
  handle: async ({ principal, params, body, repeatable, reply, markReplay }, { bus }) => {
    const { answer, replayed } = await bus.call(resendDelivery, { principal, ...params, body, ...repeatable });
    markReplay(replayed);
    reply.code("dry_run" in answer ? 200 : 202);
    return answer;
  },
});

export const linkDeliveryRoutes = [
  sendRoute,
  listAllRoute,
  listRoute,
  getRoute,
  recipientsRoute,
  cancelRoute,
  resendRoute,
];
