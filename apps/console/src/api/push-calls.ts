import type { PushSubscriptionView, SubscribePushBody } from "@parley/contracts";
import { part } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

/** Browsers that are notified while no page is open. */
export const pushCalls = (call: Caller) => ({
  pushSubscriptions: () => call<Page<PushSubscriptionView> & { public_key: string }>("/push-subscriptions"),
  subscribePush: (body: SubscribePushBody) =>
    call<PushSubscriptionView>("/push-subscriptions", { method: "PUT", body }),
  unsubscribePush: (id: string) => call(`/push-subscriptions/${part(id)}`, { method: "DELETE" }),
});

export type PushCalls = ReturnType<typeof pushCalls>;
