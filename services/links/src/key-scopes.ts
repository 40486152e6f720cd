import type { Role } from "@parley/contracts";

/** What a signing key's scopes allow. Every key may chat; an unknown scope grants nothing more. */
const ROLE_OF_SCOPE: Record<string, Role> = { chat: "operator", read: "operator", write: "editor", manage: "admin" };
const ORDER: Role[] = ["viewer", "operator", "editor", "admin", "owner"];

/** The highest role that the scopes of a key grant; `operator` (chat and read) without any. */
export function roleOfScopes(scopes: string[]): Role {
  const ranks = scopes.map((scope) => ORDER.indexOf(ROLE_OF_SCOPE[scope] ?? "operator"));
  return ORDER[Math.max(ORDER.indexOf("operator"), ...ranks)] ?? "operator";
}
