import type { WhoAmI } from "../api/answers.js";
import type { CallerOptions } from "../api/call.js";
import { queryClient } from "./query-client.js";
import { createStore } from "./store.js";

/** `provider`: the identity provider vouched for nobody who may sign in here. */
export type SignOutReason = "refused" | "chosen" | "provider";

const STORED_AS = "parley-console-token";
/** That a session was live in this browser, and nothing of it: who has none need not be refused to be known. */
const SIGNED_IN = "parley-console-session";
/** Shape of a management token; whether it is good only the server knows. */
const SHAPE = /^ak_[A-Za-z0-9_]{1,120}$/;
/** What stands behind `#` in an address that signs in. */
const LINK = /^#token=(pi_[A-Za-z0-9_]{1,120})$/;

/** The token, if the user signed in with one. It lives in memory and, for reloads of this tab, in the session storage. */
export const token = createStore<string | null>(null);
/** The session of a user, whose cookie no script can read: whether there is one only the server knows. A token goes before it. */
export const session = createStore<"asking" | "live" | "none">("none");
/** The user of a session. */
export const me = createStore<WhoAmI | null>(null);
/** The word of an address that signs in, until its button was pressed. */
export const signInLink = createStore<string | null>(null);
/** The ways to sign in, as far as they were asked for. */
export const signInWays = createStore<{ oidc: { name: string } | null } | null>(null);
/** Whether somebody came from the identity provider with an account of several tenants, and has chosen none yet. */
export const choosing = createStore(false);
/** Why nobody is signed in, when that needs saying. */
export const signOutReason = createStore<SignOutReason | null>(null);

/** Session storage can be switched off; then a reload asks for the token again. */
function storage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Whether a session may be live here. Storage that is switched off knows of none. */
export function maybeSignedIn(): boolean {
  try {
    return localStorage.getItem(SIGNED_IN) !== null;
  } catch {
    return false;
  }
}

function rememberSession(live: boolean): void {
  try {
    if (live) localStorage.setItem(SIGNED_IN, "1");
    else localStorage.removeItem(SIGNED_IN);
  } catch {
    // It is asked for in another way then.
  }
}

export const looksLikeToken = (value: string): boolean => SHAPE.test(value);

export function restoreSignIn(): void {
  const stored = storage()?.getItem(STORED_AS) ?? null;
  token.set(stored !== null && looksLikeToken(stored) ? stored : null);
  session.set(token.get() === null ? "asking" : "none");
}

/** What the server says behind `#` when the provider has led back. */
const CAME_BACK: Record<string, () => void> = {
  "#refused": () => signOutReason.set("provider"),
  "#choose": () => choosing.set(true),
  "#signed-in": () => {
    rememberSession(true);
    history.replaceState(null, "", "/console");
  },
};

/** Takes the word out of the address, so that neither the history nor a copied address holds it. */
export function takeSignInLink(): void {
  const cameBack = CAME_BACK[location.hash];
  if (cameBack !== undefined) {
    history.replaceState(null, "", location.pathname + location.search);
    cameBack();
  }
  const word = LINK.exec(location.hash)?.[1];
  if (word === undefined) return;
  signInLink.set(word);
  history.replaceState(null, "", location.pathname + location.search);
}

export function signIn(value: string): void {
  token.set(value);
  session.set("none");
  signOutReason.set(null);
  try {
    storage()?.setItem(STORED_AS, value);
  } catch {
    // A full or forbidden storage: the token stays in memory.
  }
}

/** A session has started and replaces a token used in this tab. */
export function signInAs(who: WhoAmI): void {
  token.set(null);
  storage()?.removeItem(STORED_AS);
  me.set(who);
  signInLink.set(null);
  choosing.set(false);
  signOutReason.set(null);
  rememberSession(true);
  session.set("live");
}

/** Clears everything that was read, for the next user. */
export function signOut(reason: "refused" | "chosen" | null): void {
  queryClient.clear();
  token.set(null);
  session.set("none");
  me.set(null);
  rememberSession(false);
  signOutReason.set(reason);
  storage()?.removeItem(STORED_AS);
}

/** As whom this page calls the server. */
export const caller: CallerOptions = {
  token: () => token.get(),
  hasSession: () => session.get() === "live",
  onRefusedToken: () => signOut("refused"),
};
