import type { SubscribePushBody } from "@parley/contracts";
import type { PushCalls } from "../api/push-calls.js";
import { answered } from "../api/query.js";

const WORKER = "/console/push-worker.js";
const SCOPE = "/console/";

/** What makes an address one of a script, where the browser wants that; ours is always the same. */
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

/** What this browser is subscribed with; null = it is not. */
export async function subscribedHere(): Promise<SubscribePushBody | null> {
  const subscription = await (await navigator.serviceWorker.getRegistration(SCOPE))?.pushManager.getSubscription();
  return subscription ? bodyOf(subscription) : null;
}

/** Asks the push service of the browser, after the person allowed notifications. Throws what the browser says. */
export async function subscribeHere(publicKey: string): Promise<SubscribePushBody> {
  await navigator.serviceWorker.register(workerAddress(), { scope: SCOPE });
  const { pushManager } = await navigator.serviceWorker.ready;
  return bodyOf(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }));
}

/** Ends the subscription of this browser, on the server first; throws what the server refuses, after the browser forgot it. */
export async function stopPush(calls: PushCalls): Promise<void> {
  const body = await subscribedHere();
  try {
    // The same browser is the same subscription: this tells its id.
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
