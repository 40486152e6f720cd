import type { Role } from "@parley/contracts";

/** What a signed request wants in: the chat API, or management. */
export type Surface = "chat" | "management";

const READING = new Set(["GET", "HEAD"]);

/**
 * The role in which a key with these scopes acts, or null when they do not open the surface. Scopes add up and include nothing:
 * `chat` opens the chat API alone, the others management alone, and the highest of them counts.
 * `read` reads what an operator may read. What is a POST and changes something asks for more than a viewer, so `write` is needed there.
 */
export function roleOn(surface: Surface, scopes: readonly string[], method: string): Role | null {
  if (surface === "chat") return scopes.includes("chat") ? "operator" : null;
  if (scopes.includes("manage")) return "admin";
  if (scopes.includes("write")) return "editor";
  if (!scopes.includes("read")) return null;
  return READING.has(method) ? "operator" : "viewer";
}
