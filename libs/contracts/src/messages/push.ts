import { z } from "zod";
import { rpc } from "../declare.js";
import { pushSubscription, subscribePushBody } from "../http/push.js";
import { principal } from "./callers.js";

/** The browsers of the caller, newest first, and the key that they subscribe with. People who are signed in; operators and above. */
export const listPush = rpc(
  "sessions",
  "list_push",
  "sessions",
  z.object({ principal }),
  z.object({ publicKey: z.string(), data: z.array(pushSubscription) }),
);

/** Idempotent by the endpoint: a browser is told once. Of one person the newest 20 stay. */
export const subscribePush = rpc(
  "sessions",
  "subscribe_push",
  "sessions",
  z.object({ principal, body: subscribePushBody }),
  z.object({ subscription: pushSubscription }),
);

/** Idempotent by state: one that is not there is `not_found`. */
export const unsubscribePush = rpc(
  "sessions",
  "unsubscribe_push",
  "sessions",
  z.object({ principal, id: z.uuid() }),
  z.object({}),
);
