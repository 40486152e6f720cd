import {
  AppError,
  type Erasure,
  type getErasure as getContract,
  type listErasures as listContract,
  listCursor,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { z } from "zod";
import type { CleanupDeps } from "../deps.js";
import { type ErasurePlace, erasedBefore, listErasureRows, readErasure, searchErased } from "./repository.js";
import { resolveAddress } from "./resolve-address.js";

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/;
const cursors = listCursor(z.tuple([z.string().regex(TIME), z.uuid()]));

function placeOf(cursor: string): ErasurePlace {
  const [createdAt, id] = cursors.decode(cursor);
  return { createdAt, id };
}

/** Erasures of the tenant, newest first. A read; admins. */
export const listErasures =
  (deps: CleanupDeps) =>
  async ({
    principal,
    limit,
    cursor,
  }: z.output<typeof listContract.request>): Promise<z.input<typeof listContract.response>> => {
    requireRole(principal, "admin");
    const page = { before: cursor === undefined ? null : placeOf(cursor), limit: limit + 1 };
    const rows = await deps.db.tenant(tenantOf(principal), (trx) => listErasureRows(trx, page));
    const last = rows.length > limit ? rows.at(limit - 1) : undefined;
    return {
      data: rows.slice(0, limit).map(({ shown }) => shown),
      nextCursor: last === undefined ? null : cursors.encode([last.place.createdAt, last.place.id]),
    };
  };

/** The address of a finished erasure, if the tenant has it again. */
const addressOf = async (deps: CleanupDeps, tenantId: string, { id, subject }: Erasure): Promise<string | null> => {
  if (subject.kind !== "email") return null;
  const before = await deps.db.tenant(tenantId, (trx) => erasedBefore(trx, id));
  return resolveAddress(deps, { tenant_id: tenantId, subject_hash: subject.hash, erased_before: before });
};

/** One erasure, with a new search if requested. A read; admins. */
export const getErasure =
  (deps: CleanupDeps) =>
  async ({
    principal,
    id,
    check,
  }: z.output<typeof getContract.request>): Promise<z.input<typeof getContract.response>> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const erasure = await deps.db.tenant(tenantId, (trx) => readErasure(trx, id));
    if (erasure === null) throw new AppError("erasure_not_found");
    if (!check) return { erasure };
    const found = (await searchErased(deps.db, { id, tenantId }, await addressOf(deps, tenantId, erasure))) ?? {};
    const clean = Object.keys(found).length === 0;
    const checkedAt = new Date(await deps.db.time()).toISOString();
    return { erasure: { ...erasure, check: { checked_at: checkedAt, clean, found } } };
  };
