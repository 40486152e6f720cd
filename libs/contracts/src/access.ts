import { AppError } from "./errors.js";
import type { Principal, Role } from "./messages/callers.js";

/** Each role may do what the ones below it may. */
const RANK: Record<Role, number> = { viewer: 1, operator: 2, editor: 3, admin: 4, owner: 5 };

/** True when `role` includes everything `minimum` may do. */
export const hasRole = (role: Role, minimum: Role): boolean => RANK[role] >= RANK[minimum];

/** Refuses a caller below `minimum`. Throws `forbidden`. */
export function requireRole(principal: Principal, minimum: Role): void {
  if (!hasRole(principal.role, minimum)) throw new AppError("forbidden");
}

/**
 * The tenant a call works in. An operator-wide caller names one at the gateway, which fills it in; without it the call has
 * no place to work. Throws `forbidden`.
 */
export function tenantOf(principal: Principal): string {
  if (principal.tenantId === null)
    throw new AppError("forbidden", { internal: "operator-wide caller named no tenant" });
  return principal.tenantId;
}
