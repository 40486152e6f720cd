import {
  AppError,
  type allowAddress,
  type listSuppressions,
  recipientAddress,
  requireRole,
  type Suppression,
  type suppressAddress,
  tenantOf,
  type unsubscribe,
} from "@parley/contracts";
import { sql } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { asPage, pageAsked } from "../list-cursor.js";
import type { TenantTransaction } from "../transaction.js";
import { addressHint, openPerson, type Person, recipientAad, recipientHash, sealPerson } from "./addresses.js";
import { readUnsubscribeToken } from "./unsubscribe-token.js";

type Deps = Pick<LinksDeps, "db" | "secrets" | "logger">;

const suppressionAad = (tenantId: string, hash: string): string => `suppression:${tenantId}:${hash}`;

interface Row {
  id: string;
  hash: string;
  address_sealed: string | null;
  reason: Suppression["reason"];
  created_at: string;
}

const COLUMNS = sql.raw("id, address_hash as hash, address_sealed, reason, iso(created_at) as created_at");

function viewOf({ secrets }: Deps, tenantId: string, { address_sealed: sealed, hash, ...row }: Row): Suppression {
  const address = sealed === null ? null : openPerson(secrets, sealed, suppressionAad(tenantId, hash)).address;
  return { ...row, address };
}

async function suppress(
  trx: TenantTransaction,
  of: { tenantId: string; hash: string; sealed: string | null; hint: string; reason: Suppression["reason"] },
): Promise<void> {
  await sql`select suppress_address(${of.tenantId}, ${of.hash}, ${of.sealed}, ${of.hint}, ${of.reason})`.execute(trx);
}

/** Seals a person for the suppression list. */
export const sealSuppression = (
  secrets: Pick<Secrets, "seal">,
  of: { tenantId: string; hash: string; person: Person },
): string => sealPerson(secrets, of.person, suppressionAad(of.tenantId, of.hash));

/** Suppressed addresses, newest first. A read; editors, because it contains addresses. */
export const listSuppressionsHandler =
  (deps: Deps) =>
  async (input: z.output<typeof listSuppressions.request>): Promise<z.input<typeof listSuppressions.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const { limit, page } = pageAsked(input);
    const { before } = page;
    const older = before
      ? sql`where (suppressions.created_at, id) < (${before.createdAt}::timestamptz, ${before.id}::uuid)`
      : sql``;
    const { rows } = await deps.db.tenant(tenantId, (trx) =>
      sql<Row & { position: string }>`
        select ${COLUMNS}, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
        from suppressions ${older} order by suppressions.created_at desc, id desc limit ${page.limit}`.execute(trx),
    );
    const { data, nextCursor } = asPage(rows, limit);
    return { data: data.map((row) => viewOf(deps, tenantId, row)), nextCursor };
  };

/** Adds an address to the list. Idempotent by state. */
export const suppressAddressHandler =
  (deps: Deps) =>
  async ({
    principal,
    body,
  }: z.output<typeof suppressAddress.request>): Promise<z.input<typeof suppressAddress.response>> => {
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const { channel } = body;
    const address = recipientAddress(channel, body.address);
    if (address === null) {
      const message = channel === "email" ? "must be an e-mail address" : "must be a number with its country";
      throw new AppError("validation_failed", { errors: [{ pointer: "/address", rule: "address", message }] });
    }
    const hash = recipientHash(deps.secrets, { tenantId, channel, address });
    const sealed = sealSuppression(deps.secrets, { tenantId, hash, person: { address, name: null } });
    const row = await deps.db.tenant(tenantId, async (trx) => {
      await suppress(trx, { tenantId, hash, sealed, hint: addressHint(channel, address), reason: "owner" });
      const { rows } = await sql<Row>`select ${COLUMNS} from suppressions where address_hash = ${hash}`.execute(trx);
      return rows[0];
    });
    if (row === undefined) throw new Error("a suppression vanished inside its own transaction");
    return { suppression: viewOf(deps, tenantId, row) };
  };

/** Removes an address from the list. Idempotent by state. Throws `suppression_not_found`. */
export const allowAddressHandler =
  (deps: Deps) =>
  async ({ principal, id }: z.output<typeof allowAddress.request>): Promise<z.input<typeof allowAddress.response>> => {
    requireRole(principal, "admin");
    const { rows } = await deps.db.tenant(tenantOf(principal), (trx) =>
      sql`delete from suppressions where id = ${id} returning id`.execute(trx),
    );
    if (rows.length === 0) throw new AppError("suppression_not_found");
    return {};
  };

/** Unsubscribes the reader of a mail. Idempotent by state; the token alone authorises it. */
export const unsubscribeHandler =
  (deps: Deps) =>
  async ({ token }: z.output<typeof unsubscribe.request>): Promise<z.input<typeof unsubscribe.response>> => {
    const of = readUnsubscribeToken(deps.secrets, token);
    if (of === null) return { known: false };
    const { tenantId, hash } = of;
    await deps.db.tenant(tenantId, async (trx) => {
      const { rows } = await sql<{ id: string; address_sealed: string; hint: string }>`
        select id, address_sealed, hint from send_out_recipients
         where tenant_id = ${tenantId} and address_hash = ${hash} order by created_at desc limit 1`.execute(trx);
      const [known] = rows;
      const sealed = known
        ? sealSuppression(deps.secrets, {
            ...{ tenantId, hash },
            person: openPerson(deps.secrets, known.address_sealed, recipientAad(tenantId, known.id)),
          })
        : null;
      await suppress(trx, { tenantId, hash, sealed, hint: known?.hint ?? "", reason: "unsubscribed" });
    });
    deps.logger.info({ tenantId }, "link.unsubscribed");
    return { known: true };
  };
