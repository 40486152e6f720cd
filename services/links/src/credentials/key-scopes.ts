import type { Role } from "@parley/contracts";

/** What a key may that was made without a word about it. */
export const DEFAULT_SCOPES = ["chat", "read"];

/**
 * The role in management that a scope stands for. `chat` is none: it opens the chat API alone, as the gateway sees to; viewer is
 * what replicas of a release take it for that knows no scopes.
 */
const ROLE_OF_SCOPE: Record<string, Role> = { chat: "viewer", read: "operator", write: "editor", manage: "admin" };
const ORDER: Role[] = ["viewer", "operator", "editor", "admin", "owner"];

/** The highest role that the scopes of a key stand for; a scope that nobody knows stands for nothing. */
export function roleOfScopes(scopes: readonly string[]): Role {
  const ranks = scopes.map((scope) => ORDER.indexOf(ROLE_OF_SCOPE[scope] ?? "viewer"));
  return ORDER[Math.max(0, ...ranks)] ?? "viewer";
}

/**
 * What a stored key may. Keys of releases without a default were stored with no scopes at all; they keep what they had then, which
 * is a role and no scopes: the chat API, and management as an operator.
 */
export const grantOf = (scopes: readonly string[]): { role: Role; scopes: string[] | undefined } =>
  scopes.length === 0 ? { role: "operator", scopes: undefined } : { role: roleOfScopes(scopes), scopes: [...scopes] };
