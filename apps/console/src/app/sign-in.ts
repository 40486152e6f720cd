import type { WhoAmI } from "../api/answers.js";
import type { CallerOptions } from "../api/call.js";
import { queryClient } from "./query-client.js";
import { createStore } from "./store.js";

/** `provider`: the account of the identity provider may not sign in here. */
export type SignOutReason = "refused" | "chosen" | "provider";

const STORED_AS = "parley-console-token";
/** Only that a session was live in this browser: a browser without one is not asked about in a way that is refused. */
const SIGNED_IN = "parley-console-session";
/** Format of a management token; only the server knows whether it is valid. */
const SHAPE = /^ak_[A-Za-z0-9_]{1,120}$/;
/** The fragment of a sign-in address. */
const LINK = /^#token=(pi_[A-Za-z0-9_]{1,120})$/;

/** The token, if the user signed in with one. It is kept in memory and, for reloads of this tab, in the session storage. */
export const token = createStore<string | null>(null);
/** The session of a user, whose cookie no script can read: only the server knows whether it exists. A token takes precedence. */
export const session = createStore<"asking" | "live" | "none">("none");
/** The user of a session. */
export const me = createStore<WhoAmI | null>(null);
/** The token of a sign-in address, until its button was pressed. */
export const signInLink = createStore<string | null>(null);
/** The available ways to sign in, once fetched. */
export const signInWays = createStore<{ oidc: { name: string } | null } | null>(null);
/** Whether the user returned from the identity provider with an account of several tenants, and has not chosen one yet. */
export const choosing = createStore(false);
/** Why nobody is signed in, if that should be shown. */
export const signOutReason = createStore<SignOutReason | null>(null);

/** Session storage can be switched off; then a reload asks for the token again. */
function storage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Whether a session may be live here. Disabled storage means no. */
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
    // The session is then checked without this hint.
  }
}

export const looksLikeToken = (value: string): boolean => SHAPE.test(value);

export function restoreSignIn(): void {
  const stored = storage()?.getItem(STORED_AS) ?? null;
  token.set(stored !== null && looksLikeToken(stored) ? stored : null);
  session.set(token.get() === null ? "asking" : "none");
}

/** The fragments that the server sets when the provider redirects back. */
const CAME_BACK: Record<string, () => void> = {
  "#refused": () => signOutReason.set("provider"),
  "#choose": () => choosing.set(true),
  "#signed-in": () => {
    rememberSession(true);
    history.replaceState(null, "", "/console");
  },
};

/** Removes the token from the address, so that neither the history nor a copied address holds it. */
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

/** Clears all cached data, for the next user. */
export function signOut(reason: "refused" | "chosen" | null): void {
  queryClient.clear();
  token.set(null);
  session.set("none");
  me.set(null);
  rememberSession(false);
  signOutReason.set(reason);
  storage()?.removeItem(STORED_AS);
}

/** The credential with which this page calls the server. */
export const caller: CallerOptions = {
  token: () => token.get(),
  hasSession: () => session.get() === "live",
  onRefusedToken: () => signOut("refused"),
};
