import { type readOverview as contract, type Overview, requireRole, tenantOf } from "@parley/contracts";
import { sql, type Transaction } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { dayAfter, daysBetween, isoDay } from "./days.js";
import { mean, Numbers, quantileMs } from "./numbers.js";
import { readSums } from "./rollups.js";

const DAYS = 14;
const MAX_SUMS = 20_000;
const MAX_COUNTED = 1_000;
const MAX_WAITING = 10_000;

type Counted = Pick<Overview, "waiting" | "live" | "access_requests" | "access_requests_by" | "system"> & {
  budget: Overview["spend_today"]["budget"];
};

/** The health of a tenant: from the rollups, and from a few rows read by index. A read. */
export const readOverview =
  ({ db }: Pick<SessionsDeps, "db">) =>
  ({ principal }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "viewer");
    return db.tenant(tenantOf(principal), async (trx) => {
      const { budget, ...counted } = await countNow(trx);
      const { days, ...today } = await readDays(trx);
      const spend_today = { ...today.spend, budget };
      const { failed_turns_today, first_token_p95_ms } = today;
      return {
        overview: {
          ...{ ...counted, failed_turns_today, spend_today, first_token_p95_ms, days },
          at: new Date().toISOString(),
        },
      };
    });
  };

async function readDays(trx: Transaction) {
  const to = isoDay(Date.now());
  const from = dayAfter(to, 1 - DAYS);
  const every = { agentId: null, linkId: null, version: null, channel: null, perAgent: false, limit: MAX_SUMS };
  const families = ["usage", "opinions"];
  const sums = await readSums(trx, { ...every, families, by: "day", from, to });
  const now = await readSums(trx, { ...every, families: ["times", "cost"], by: "day", from: to, to });
  const numbers = new Map(daysBetween(from, to).map((day) => [day, new Numbers()]));
  for (const sum of [...sums, ...now]) numbers.get(sum.group)?.add(sum);
  const today = numbers.get(to) ?? new Numbers();
  const total = (family: string, prefix: string): number =>
    today.under(family, prefix).reduce((sum, [, amount]) => sum + amount, 0);
  return {
    days: [...numbers].map(([day, of]) => {
      const rated = of.under("opinions", "rating").map(([rating, n]) => [Number(rating), n] as const);
      const ratings = rated.reduce((sum, [, n]) => sum + n, 0);
      const points = rated.reduce((sum, [rating, n]) => sum + rating * n, 0);
      return { day, sessions: of.of("usage", "sessions"), ratings, average_rating: mean(points, ratings, 2) };
    }),
    failed_turns_today: total("times", "failed"),
    first_token_p95_ms: quantileMs(today.under("times", "first"), 0.95),
    spend: {
      cost: Number(total("cost", "cost").toFixed(6)),
      calls: total("cost", "calls"),
      unpriced_calls: total("cost", "unpriced"),
    },
  };
}

/** Live counts: each by an index of the few rows that wait, run or failed. */
async function countNow(trx: Transaction): Promise<Counted> {
  const { rows } = await sql<{ r: Counted }>`
    select json_build_object(
      'waiting', (select json_build_object('count', count(*), 'longest_since', iso(min(created_at)))
        from escalations where tenant_id = app_tenant() and status = 'open'),
      'live', json_build_object(
        'sessions', (select count(*) from text_conversations where tenant_id = app_tenant() and ended_at is null),
        'with_person', (select count(*) from escalations where tenant_id = app_tenant() and status = 'assigned')),
      'access_requests', (select count(*) from agents a join agent_access_requests r on r.agent_id = a.id
        where a.deleted_at is null and r.status = 'pending'),
      'access_requests_by', (select coalesce(json_agg(json_build_object('agent', slug, 'name', name, 'count', n)), '[]')
        from (select a.slug, a.name, count(*) as n from agents a join agent_access_requests r on r.agent_id = a.id
          where a.deleted_at is null and r.status = 'pending' group by a.id order by n desc, a.slug limit 5) most),
      'budget', (select case when count(*) > 0 then json_build_object('links', count(*), 'max_cost', sum(max_cost),
          'cost_used', sum(cost_used), 'exhausted', count(*) filter (where cost_used >= max_cost)) end
        from link_budgets b join temporary_chat_links l on l.id = b.link_id
        where b.max_cost is not null and l.deleted_at is null),
      'system', json_build_object(
        'waiting_messages', (select count(*) from (select from session_turns
          where status = 'pending' and tenant_id = app_tenant() limit ${MAX_COUNTED}) t),
        'oldest_message_at', (select iso(min(created_at)) from session_turns
          where status = 'pending' and tenant_id = app_tenant()),
        'dead_letters', (select count(*) from (select from dead_turns
          where tenant_id = app_tenant() and replayed_at is null limit ${MAX_COUNTED}) d),
        'webhooks_failing', (select count(*) from webhook_endpoints
          where tenant_id = app_tenant() and (failures > 0 or disabled_reason in ('gone', 'failing'))),
        'webhook_deliveries_waiting', (select count(*) from (select from webhook_deliveries
          where receiver_id = any(array(select id from webhook_endpoints where tenant_id = app_tenant()) || app_tenant())
            and ended_at is null limit ${MAX_WAITING}) w),
        'behind', (select coalesce(json_agg(name order by name), '[]') from (
          select distinct substring(application_name from '^parley-(.*)@') as name, right(application_name, 4) as code,
            max(right(application_name, 4)) over () as newest
          from pg_stat_activity where datname = current_database() and application_name ~ '^parley-.*@[0-9]{4}$') c
          where code < newest))) as r`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error("a selection without a table has one row");
  return row.r;
}
