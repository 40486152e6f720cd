import { signal } from "@preact/signals";

const STORED_AS = "parley-console-token";
/** Shape of a management token; whether it is good only the server knows. */
const SHAPE = /^ak_[A-Za-z0-9_]{1,120}$/;

/** The token of whoever is signed in. It lives in memory and, for reloads of this tab, in the session storage. */
export const token = signal<string | null>(null);
/** Why nobody is signed in, when that needs saying. */
export const signOutReason = signal<"refused" | "chosen" | null>(null);

/** Session storage can be switched off; then a reload asks for the token again. */
function storage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

export const looksLikeToken = (value: string): boolean => SHAPE.test(value);

export function restoreSignIn(): void {
  const stored = storage()?.getItem(STORED_AS) ?? null;
  token.value = stored !== null && looksLikeToken(stored) ? stored : null;
}

export function signIn(value: string): void {
  token.value = value;
  signOutReason.value = null;
  try {
    storage()?.setItem(STORED_AS, value);
  } catch {
    // A full or forbidden storage: the token stays in memory.
  }
}

export function signOut(reason: "refused" | "chosen"): void {
  token.value = null;
  signOutReason.value = reason;
  storage()?.removeItem(STORED_AS);
}
