import type { Api } from "../api/api.js";
import { session, signInAs, token } from "./sign-in.js";

/** Asks whether this browser is signed in. What cannot be answered is a no: the page to sign in says what is wrong. */
export async function askSession(api: Api): Promise<void> {
  const answer = await api.me();
  // A token that was typed in meanwhile goes before.
  if (token.get() !== null) return;
  if (answer.type === "ok" && answer.value.via === "user") signInAs(answer.value);
  else if (session.get() === "asking") session.set("none");
}
