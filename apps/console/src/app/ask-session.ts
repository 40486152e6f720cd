import type { Api } from "../api/api.js";
import { maybeSignedIn, session, signInAs, signInWays, token } from "./sign-in.js";

/**
 * Asks whether this browser is signed in. What cannot be answered is a no: the page to sign in says what is wrong. Who never was is asked
 * about in a way that is not refused: a refusal stands in the browser's log as an error of this page.
 */
export async function askSession(api: Api): Promise<void> {
  const answer = (await isSignedIn(api)) ? await api.me() : null;
  // A token that was typed in meanwhile goes before.
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
