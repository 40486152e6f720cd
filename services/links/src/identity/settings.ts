import { randomBytes } from "node:crypto";
import {
  AppError,
  type deleteHostIdentity as deleteContract,
  type getHostIdentity as getContract,
  type HostIdentity,
  type Principal,
  requireRole,
  type rotateIdentitySecret as rotateContract,
  type setHostIdentity as setContract,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts, once } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import type { TenantTransaction } from "../transaction.js";
import { deleteIdentity, findIdentity, type IdentityRow, writeKeys, writeSecret } from "./repository.js";

/** Binds a sealed secret to its row. */
export const identityAad = (at: { tenantId: string; id: string }): string => `link_identities:${at.tenantId}:${at.id}`;

/** A recognisable prefix, so that scanners for leaked secrets can find it. */
const SECRET_PREFIX = "his_";

type Rotated = z.input<typeof rotateContract.response>;

/** The settings of a link, never its secret. A read. Throws `link_not_found`. */
export const getIdentity =
  (deps: LinksDeps) =>
  async (input: z.output<typeof getContract.request>): Promise<z.input<typeof getContract.response>> => {
    const at = await placeOf(deps, input);
    return deps.db.tenant(at.tenantId, async (trx) => ({ hostIdentity: viewOf(at.id, await requireRow(trx, at)) }));
  };

/** Sets the public keys of a link. Idempotent by state. Throws `link_not_found`. */
export const setIdentity =
  (deps: LinksDeps) =>
  async (input: z.output<typeof setContract.request>): Promise<z.input<typeof setContract.response>> => {
    const at = await placeOf(deps, input);
    return deps.db.tenant(at.tenantId, async (trx) => {
      await requireRow(trx, at);
      await writeKeys(trx, at, input.body);
      return { hostIdentity: viewOf(at.id, await requireRow(trx, at)) };
    });
  };

/** Creates a secret, or its successor. Idempotent by the caller's key, else by the signature. Throws `link_not_found`. */
export const rotateSecret =
  (deps: LinksDeps) =>
  async (input: z.output<typeof rotateContract.request>): Promise<Rotated> => {
    const at = await placeOf(deps, input);
    const { tenantId } = at;
    const request = { tenantId, scope: "links.identity", repeatable: input, sealing: deps.secrets };
    return changeWithFacts(deps, tenantId, (trx) =>
      once<Rotated>(trx, request, async () => {
        await requireRow(trx, at);
        const secret = SECRET_PREFIX + randomBytes(32).toString("base64url");
        const sealed = deps.secrets.seal(secret, identityAad(at));
        await writeSecret(trx, at, { sealed, overlapHours: deps.config.KEY_ROTATION_OVERLAP_HOURS });
        const { previous_valid_until: until } = await requireRow(trx, at);
        const answer = { secret, audience: at.id, previous_secret_valid_until: until?.toISOString() ?? null };
        return { answer, facts: [] };
      }),
    );
  };

/** Removes all keys of a link. Idempotent by state. Throws `link_not_found`. */
export const removeIdentity =
  (deps: LinksDeps) =>
  async (input: z.output<typeof deleteContract.request>): Promise<z.input<typeof deleteContract.response>> => {
    const at = await placeOf(deps, input);
    return deps.db.tenant(at.tenantId, async (trx) => {
      await requireRow(trx, at);
      await deleteIdentity(trx, at.id);
      return { deleted: true };
    });
  };

interface Place {
  tenantId: string;
  agentId: string;
  id: string;
}

async function placeOf(
  deps: LinksDeps,
  { principal, agent, id }: { principal: Principal; agent: string; id: string },
): Promise<Place> {
  requireRole(principal, "editor");
  return { tenantId: tenantOf(principal), agentId: (await requireAgent(deps.bus, principal, agent)).id, id };
}

async function requireRow(trx: TenantTransaction, at: Place): Promise<IdentityRow> {
  const row = await findIdentity(trx, at);
  if (row === null) throw new AppError("link_not_found");
  return row;
}

const viewOf = (id: string, row: IdentityRow): HostIdentity => ({
  link_id: id,
  audience: id,
  secret_set: row.secret_sealed !== null,
  secret_created_at: row.secret_created_at?.toISOString() ?? null,
  previous_secret_valid_until: row.previous_valid_until?.toISOString() ?? null,
  jwks_url: row.jwks_url,
  public_key: row.public_key,
});
