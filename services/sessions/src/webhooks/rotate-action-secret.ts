import { type rotateActionSecret as contract, requireRole, tenantOf } from "@parley/contracts";
import { type Db, type Once, once, sql } from "@parley/db";
import { actionSecretAad } from "@parley/secrets";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { newWebhookSecret } from "./secrets.js";

interface Rotated {
  secret: string;
  previousSecretUntil: string | null;
}

/**
 * Gives the `webhook:` actions of a tenant's workflows a new secret; the old one also signs during the overlap. Idempotent by the
 * caller's key, else by the signature; without them each call creates one.
 */
export const rotateActionSecretHandler =
  ({ db, secrets }: Pick<SessionsDeps, "secrets"> & { db: Db }) =>
  async (input: z.output<typeof contract.request>): Promise<Once<Rotated>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const request = { tenantId, scope: "webhooks.rotate_actions", repeatable: input, sealing: secrets };
    const { answer } = await db.tenant(tenantId, (trx) =>
      once<Rotated>(trx, request, async () => {
        const secret = newWebhookSecret();
        const overlap = input.overlapSeconds;
        const { rows } = await sql<{ until: string | null }>`
          insert into action_webhook_secrets as s (tenant_id, secret_sealed)
          values (${tenantId}, ${secrets.seal(secret, actionSecretAad(tenantId))})
          on conflict (tenant_id) do update set secret_sealed = excluded.secret_sealed, updated_at = clock_timestamp(),
            previous_secret_sealed = case when ${overlap}::int > 0 then s.secret_sealed end,
            previous_secret_until = case when ${overlap}::int > 0 then clock_timestamp() + make_interval(secs => ${overlap}) end
          returning iso(previous_secret_until) as until`.execute(trx);
        return { answer: { secret, previousSecretUntil: rows[0]?.until ?? null }, facts: [] };
      }),
    );
    return answer;
  };
