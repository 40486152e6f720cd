import type { Api } from "../api/api.js";
import { announce } from "./announcement.js";
import { session, signOut } from "./sign-in.js";

/** Signs out: a session ends on the server before this page forgets it. */
export async function leave(api: Api): Promise<void> {
  const ended = session.get() === "live" ? await api.endSignIn() : null;
  // The cookie is still there: whoever comes next to this browser would be signed in.
  if (ended !== null && ended.type !== "ok") return announce(`You are still signed in. ${ended.detail}`);
  signOut("chosen");
}
