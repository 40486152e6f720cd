import {
  AppError,
  credentialRevoked,
  hasRole,
  type Principal,
  type removeUser as removeContract,
  requireRole,
  tenantOf,
  type updateUser as updateContract,
} from "@parley/contracts";
import { changeWithFacts, type Fact } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import type { TenantTransaction } from "../transaction.js";
import { changeUser, disableUser, lockUser, type Outcome, readUser, renameUser } from "./repository.js";

/**
 * Changes name or role of a user, disables or enables the user; nobody can change a user above them or grant more than they have.
 * Idempotent by state.
 */
export const updateUser =
  (deps: LinksDeps) =>
  async (input: z.output<typeof updateContract.request>): Promise<z.input<typeof updateContract.response>> => {
    const { principal, id, role, name, disabled } = input;
    const tenantId = requireAdmin(principal);
    if (role !== undefined && !hasRole(principal.role, role)) throw new AppError("forbidden");
    return changeWithFacts(deps, tenantId, async (trx) => {
      const before = await lockBelow(trx, principal, id);
      const changes = role !== undefined && role !== before;
      if (changes) requireChanged(await changeUser(trx, { tenantId, id, role }));
      if (disabled !== undefined) requireChanged(await disableUser(trx, { tenantId, id, disabled }));
      if (name !== undefined) await renameUser(trx, { id, name });
      return {
        answer: { user: await readUser(trx, { id, me: principal.id }) },
        facts: changes || disabled === true ? [revokedUser(id)] : [],
      };
    });
  };

/** Removes a user from the tenant and closes the user's sessions and streams. Idempotent by state: a second call gets `user_not_found`. */
export const removeUser =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
  }: z.output<typeof removeContract.request>): Promise<z.input<typeof removeContract.response>> => {
    const tenantId = requireAdmin(principal);
    return changeWithFacts(deps, tenantId, async (trx) => {
      await lockBelow(trx, principal, id);
      requireChanged(await changeUser(trx, { tenantId, id, role: null }));
      return { answer: {}, facts: [revokedUser(id)] };
    });
  };

function requireAdmin(principal: Principal): string {
  requireRole(principal, "admin");
  return tenantOf(principal);
}

/** Refuses a caller who may not change this user. Throws `forbidden`, `user_not_found`. */
export async function requireBelow(trx: TenantTransaction, principal: Principal, id: string): Promise<void> {
  requireAdmin(principal);
  await lockBelow(trx, principal, id);
}

/** The role of a user whom the caller may change. */
async function lockBelow(trx: TenantTransaction, principal: Principal, id: string) {
  const role = await lockUser(trx, id);
  if (role === null) throw new AppError("user_not_found");
  if (!hasRole(principal.role, role)) throw new AppError("forbidden");
  return role;
}

function requireChanged(outcome: Outcome): void {
  if (outcome === "not_found") throw new AppError("user_not_found");
  if (outcome === "last_owner") throw new AppError("last_owner");
}

/** Gateways cache a user's identity, and have streams that were opened with it. */
export const revokedUser = (id: string): Fact => ({ contract: credentialRevoked, key: id, payload: { id } });
