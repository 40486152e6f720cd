import {
  deleted,
  listPush,
  pageOf,
  pushSubscription,
  subscribePush,
  subscribePushBody,
  unsubscribePush,
} from "@parley/contracts";
import { z } from "zod";
import { idParams } from "../params.js";
import { DELETED, ownerRoute } from "./owner-route.js";

/** The browsers of the caller that are notified while no page is open. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/push-subscriptions",
  summary: "List your push subscriptions",
  description:
    "For people who are signed in. At most 20, so there is one page; browsers subscribe with `public_key` (VAPID).",
  role: "operator",
  answers: { 200: pageOf(pushSubscription).extend({ public_key: z.string() }) },
  handle: async ({ principal }, { bus }) => {
    const { publicKey, data } = await bus.call(listPush, { principal });
    return { data, next_cursor: null, public_key: publicKey };
  },
});

/** Subscribes a browser to notices of waiting visitors. Idempotent by its endpoint. */
const subscribeRoute = ownerRoute({
  method: "PUT",
  path: "/push-subscriptions",
  summary: "Subscribe a browser to push notifications",
  description:
    "For people who are signed in. It is told when a visitor asks for a person: that somebody waits, and where; no name and no word. One whose push service answers 404 or 410 is removed.",
  role: "operator",
  body: subscribePushBody,
  answers: { 200: pushSubscription },
  handle: async ({ principal, body }, { bus }) => (await bus.call(subscribePush, { principal, body })).subscription,
});

/** Unsubscribes a browser. Idempotent by state: a second delete is `not_found`. */
const unsubscribeRoute = ownerRoute({
  method: "DELETE",
  path: "/push-subscriptions/:id",
  summary: "Unsubscribe a browser",
  role: "operator",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(unsubscribePush, { principal, ...params });
    return DELETED;
  },
});

export const pushRoutes = [listRoute, subscribeRoute, unsubscribeRoute];
