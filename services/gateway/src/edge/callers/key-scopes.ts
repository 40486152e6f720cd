import type { Role } from "@parley/contracts";

/** The surface of a signed request: the chat API, or management. */
export type Surface = "chat" | "management";

const READING = new Set(["GET", "HEAD"]);

/**
 * The role in which a key with these scopes acts, or null when they do not open the surface. Scopes add up, and none implies another:
 * `chat` opens the chat API only, the others management only, and the highest of them counts.
 * `read` reads what an operator may read. A POST that changes something requires more than a viewer, so it needs `write`.
 */
export function roleOn(surface: Surface, scopes: readonly string[], method: string): Role | null {
  if (surface === "chat") return scopes.includes("chat") ? "operator" : null;
  if (scopes.includes("manage")) return "admin";
  if (scopes.includes("write")) return "editor";
  if (!scopes.includes("read")) return null;
  return READING.has(method) ? "operator" : "viewer";
}
