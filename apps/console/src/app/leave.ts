import type { Api } from "../api/api.js";
import type { PushCalls } from "../api/push-calls.js";
import { canPush, stopPush } from "../inbox/push-browser.js";
import { notify } from "../ui/notify.js";
import { session, signOut } from "./sign-in.js";

const QUIET_MS = 3_000;

/** Signs out: push notifications of this browser end, and a session ends on the server before this page forgets it. */
export async function leave(api: Api, push: PushCalls): Promise<void> {
  await endPush(push);
  const ended = session.get() === "live" ? await api.endSignIn() : null;
  // The cookie still exists: the next user of this browser would be signed in.
  if (ended !== null && ended.type !== "ok") return notify.problem(`You are still signed in. ${ended.detail}`);
  signOut("chosen");
}

/** Push service or server may fail or be slow: neither keeps the user signed in. */
export async function endPush(push: PushCalls): Promise<void> {
  if (!canPush()) return;
  const limit = new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  await Promise.race([stopPush(push).catch(() => undefined), limit]);
}
