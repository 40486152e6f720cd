import {
  AppError,
  type endUserSessions as endAllContract,
  type endUserSession as endContract,
  type identifyCaller as identifyContract,
  type listUserSessions as listContract,
  type revokeUserSession as revokeContract,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireBelow, revokedUser } from "./change-user.js";
import { readUser, tenantName } from "./repository.js";
import { liveSession } from "./sign-in.js";
import { endSessions, listSessions } from "./sign-in-repository.js";

/** Signs a browser out by its cookie. Idempotent by state: anything but a live session has already ended. */
export const endUserSession =
  (deps: LinksDeps) =>
  async ({ token }: z.output<typeof endContract.request>): Promise<z.input<typeof endContract.response>> => {
    const row = await liveSession(deps, token);
    if (row === null) return { ended: false };
    return changeWithFacts(deps, row.tenant_id, async (trx) => {
      const ended = (await endSessions(trx, { userId: row.user_id, id: row.id })) === 1;
      return { answer: { ended }, facts: ended ? [revokedUser(row.user_id)] : [] };
    });
  };

/** Signs a user out everywhere: the caller, or one whom an admin may change. Idempotent by state. */
export const endUserSessions =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
  }: z.output<typeof endAllContract.request>): Promise<z.input<typeof endAllContract.response>> =>
    changeWithFacts(deps, tenantOf(principal), async (trx) => {
      if (principal.id !== id) await requireBelow(trx, principal, id);
      const ended = await endSessions(trx, { userId: id });
      return { answer: { ended }, facts: ended > 0 ? [revokedUser(id)] : [] };
    });

/** Where the caller is signed in. A read; tokens have no sign-ins. */
export const listUserSessions =
  (deps: LinksDeps) =>
  async ({
    principal,
    current,
  }: z.output<typeof listContract.request>): Promise<z.input<typeof listContract.response>> => {
    if (principal.via !== "user") return { data: [] };
    const of = { userId: principal.id, current, idleHours: deps.config.CONSOLE_IDLE_HOURS };
    return { data: await deps.db.tenant(tenantOf(principal), (trx) => listSessions(trx, of)) };
  };

/** Signs the caller out of one browser. Idempotent by state: a second call gets `not_found`. */
export const revokeUserSession =
  (deps: LinksDeps) =>
  async ({
    principal,
    id,
  }: z.output<typeof revokeContract.request>): Promise<z.input<typeof revokeContract.response>> => {
    if (principal.via !== "user") throw new AppError("not_found");
    return changeWithFacts(deps, tenantOf(principal), async (trx) => {
      if ((await endSessions(trx, { userId: principal.id, id })) === 0) throw new AppError("not_found");
      return { answer: {}, facts: [revokedUser(principal.id)] };
    });
  };

/** Identifies the caller. A read. */
export const identifyCaller =
  (deps: LinksDeps) =>
  async ({
    principal,
  }: z.output<typeof identifyContract.request>): Promise<z.input<typeof identifyContract.response>> => {
    const { via, role, id } = principal;
    const tenantId = tenantOf(principal);
    return deps.db.tenant(tenantId, async (trx) => {
      const user = via === "user" ? await readUser(trx, { id, me: id }) : null;
      return { who: { via, role, tenant: { id: tenantId, name: await tenantName(trx, tenantId) }, user } };
    });
  };
