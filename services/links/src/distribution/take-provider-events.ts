import { AppError, type takeProviderEvents as contract } from "@parley/contracts";
import type { Db } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { openPerson, recipientAad } from "./addresses.js";
import { type ProviderEvent, providerReaders } from "./provider-events.js";
import { sealSuppression } from "./suppressions.js";

type Deps = Pick<LinksDeps, "config" | "db" | "secrets" | "logger">;

/** Events per statement: far below the time that a statement may take. Providers send up to a thousand at once. */
const BATCH = 1_000;

interface Known {
  id: string;
  tenant_id: string;
  address_sealed: string;
  address_hash: string;
}

/**
 * Records a provider's reports about accepted messages: not delivered, or unwanted by their reader. Addresses that are gone or want no
 * more messages get none from the tenant. Idempotent by state. Throws `not_found` for a provider that is not set up, `forbidden` for a
 * call without its signature.
 */
export function takeProviderEventsHandler(deps: Deps) {
  const readers = providerReaders(deps.config, Date.now);
  return async ({
    provider,
    ...call
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const reader = readers[provider];
    if (!reader.isSetUp) throw new AppError("not_found");
    if (!reader.isGenuine(call)) throw new AppError("forbidden", { internal: "not signed by the provider" });
    const events = reader.read(call);
    let taken = 0;
    for (let from = 0; from < events.length; from += BATCH) taken += await take(deps, events.slice(from, from + BATCH));
    deps.logger.info({ provider, events: events.length, taken }, "link.provider_events");
    return { taken };
  };
}

/** Two round trips whatever their number. Returns how many belong to recipients that are neither erased nor older than the log. */
async function take({ db, secrets }: Pick<Deps, "db" | "secrets">, events: ProviderEvent[]): Promise<number> {
  const known = await recipientsOf(db, events);
  const told = events.flatMap(({ recipientId, what }): { id: string; what: string; sealed: string | null }[] => {
    const of = known.get(recipientId.toLowerCase());
    if (of === undefined) return [];
    const { id, tenant_id: tenantId, address_hash: hash, address_sealed: address } = of;
    if (what === "undelivered") return [{ id, what, sealed: null }];
    const person = openPerson(secrets, address, recipientAad(tenantId, id));
    return [{ id, what, sealed: sealSuppression(secrets, { tenantId, hash, person }) }];
  });
  if (told.length > 0) {
    await db.query("select note_provider_events($1::uuid[], $2::text[], $3::text[])", [
      told.map(({ id }) => id),
      told.map(({ what }) => what),
      told.map(({ sealed }) => sealed),
    ]);
  }
  return told.length;
}

async function recipientsOf(db: Db, events: ProviderEvent[]): Promise<Map<string, Known>> {
  const rows = await db.query<Known>("select * from recipients_by_id($1::uuid[])", [
    events.map(({ recipientId }) => recipientId),
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}
