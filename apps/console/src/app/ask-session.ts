import type { Api } from "../api/api.js";
import { maybeSignedIn, session, signInAs, signInWays, token } from "./sign-in.js";

/**
 * Asks whether this browser is signed in. A failed request counts as a no: the sign-in page shows the problem. A browser that was never
 * signed in is checked with a call that is not refused: a refusal appears in the browser's log as an error of this page.
 */
export async function askSession(api: Api): Promise<void> {
  const answer = (await isSignedIn(api)) ? await api.me() : null;
  // A token that was entered meanwhile takes precedence.
  if (token.get() !== null) return;
  if (answer?.type === "ok" && answer.value.via === "user") signInAs(answer.value);
  else if (session.get() === "asking") session.set("none");
}

async function isSignedIn(api: Api): Promise<boolean> {
  if (maybeSignedIn()) return true;
  const options = await api.signInOptions();
  if (options.type !== "ok") return false;
  signInWays.set(options.value);
  return options.value.signed_in;
}
