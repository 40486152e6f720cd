import { AppError, type takeProviderEvents as contract } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { openPerson, recipientAad } from "./addresses.js";
import { type ProviderEvent, providerReaders } from "./provider-events.js";
import { suppressPerson } from "./suppressions.js";

type Deps = Pick<LinksDeps, "config" | "db" | "secrets" | "logger">;

interface Known {
  tenant_id: string;
  address_sealed: string;
  address_hash: string;
  hint: string;
}

/**
 * Notes what a provider says of messages that it had taken: they did not arrive, or their reader wants no more. Who is gone or wants no
 * more gets none from the tenant. Idempotent by state. Throws `not_found` for a provider that is not set up, `forbidden` for a call that is
 * not signed as it signs.
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
    for (const event of events) if (await take(deps, event)) taken += 1;
    deps.logger.info({ provider, events: events.length, taken }, "link.provider_events");
    return { taken };
  };
}

async function take(deps: Deps, { recipientId, what }: ProviderEvent): Promise<boolean> {
  const [known] = await deps.db.query<Known>("select * from recipient_by_id($1)", [recipientId]);
  // Erased, or past the days that the log is kept.
  if (known === undefined) return false;
  const { tenant_id: tenantId, address_hash: hash, address_sealed: sealed, hint } = known;
  await deps.db.tenant(tenantId, async (trx) => {
    await sql`select note_undelivered(${tenantId}, ${recipientId}, ${what})`.execute(trx);
    if (what === "undelivered") return;
    const person = openPerson(deps.secrets, sealed, recipientAad(tenantId, recipientId));
    const reason = what === "bounced" ? ("bounced" as const) : ("unsubscribed" as const);
    await suppressPerson(deps, trx, { tenantId, hash, hint, person, reason });
  });
  return true;
}
