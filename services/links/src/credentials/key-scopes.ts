import type { Role } from "@parley/contracts";

/** Scopes of a key that was created without any. */
export const DEFAULT_SCOPES = ["chat", "read"];

/**
 * The management role of a scope. `chat` has none: it opens only the chat API, which the gateway enforces; replicas of a
 * release without scopes treat it as viewer.
 */
const ROLE_OF_SCOPE: Record<string, Role> = { chat: "viewer", read: "operator", write: "editor", manage: "admin" };
const ORDER: Role[] = ["viewer", "operator", "editor", "admin", "owner"];

/** The highest role of the scopes of a key; unknown scopes grant nothing. */
export function roleOfScopes(scopes: readonly string[]): Role {
  const ranks = scopes.map((scope) => ORDER.indexOf(ROLE_OF_SCOPE[scope] ?? "viewer"));
  return ORDER[Math.max(0, ...ranks)] ?? "viewer";
}

/**
 * The grant of a stored key. Keys of releases without default scopes were stored without any; they keep their grant, which
 * is a role and no scopes: the chat API, and management as an operator.
 */
export const grantOf = (scopes: readonly string[]): { role: Role; scopes: string[] | undefined } =>
  scopes.length === 0 ? { role: "operator", scopes: undefined } : { role: roleOfScopes(scopes), scopes: [...scopes] };
