/** A storage of the browser, or null where even accessing it is refused. */
export function browserStorage(which: "local" | "session"): Storage | null {
  try {
    return which === "local" ? globalThis.localStorage : globalThis.sessionStorage;
  } catch {
    return null;
  }
}
