import type { SubscribePushBody } from "@parley/contracts";
import type { PushCalls } from "../api/push-calls.js";
import { answered } from "../api/query.js";

const WORKER = "/console/push-worker.js";
const SCOPE = "/console/";

/** Trusted Types policy for script addresses, where the browser requires it; ours is always the same. */
interface Policies {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(given: string): string };
}
let address: string | null = null;

function workerAddress(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  address ??=
    trustedTypes?.createPolicy("parley-push-worker", { createScriptURL: () => WORKER }).createScriptURL("") ?? WORKER;
  return address;
}

export const canPush = (): boolean => "serviceWorker" in navigator && "PushManager" in window;

/** The push subscription of this browser; null = it has none. */
export async function subscribedHere(): Promise<SubscribePushBody | null> {
  const subscription = await (await navigator.serviceWorker.getRegistration(SCOPE))?.pushManager.getSubscription();
  return subscription ? bodyOf(subscription) : null;
}

/** Subscribes with the push service of the browser, after the user allowed notifications. Throws the browser's error. */
export async function subscribeHere(publicKey: string): Promise<SubscribePushBody> {
  await navigator.serviceWorker.register(workerAddress(), { scope: SCOPE });
  const { pushManager } = await navigator.serviceWorker.ready;
  return bodyOf(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }));
}

/** Ends the subscription of this browser, on the server too; throws the server's refusal, after the browser has unsubscribed. */
export async function stopPush(calls: PushCalls): Promise<void> {
  const body = await subscribedHere();
  try {
    // Subscribing again returns the id of the same subscription.
    if (body !== null) {
      const { id } = await answered(() => calls.subscribePush(body))();
      await answered(() => calls.unsubscribePush(id))();
    }
  } finally {
    await unsubscribeHere();
  }
}

async function unsubscribeHere(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  await registration?.unregister();
}

function bodyOf(subscription: PushSubscription): SubscribePushBody {
  const { endpoint, keys = {} } = subscription.toJSON();
  return { endpoint: endpoint ?? "", keys: { p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" } };
}
