import type { AnalyticsBy } from "@parley/contracts";
import { sql, type Transaction } from "@parley/db";

export interface RollupQuery {
  families: readonly string[];
  by: AnalyticsBy;
  /** Days in UTC, both included. */
  from: string;
  to: string;
  agentId: string | null;
  linkId: string | null;
  version: number | null;
  channel: string | null;
  /** Names are told apart by their agent: `<agent id> <name>`. */
  perAgent: boolean;
  /** Sums that are read at most, from the first group on. */
  limit: number;
}

/** The amounts of one name in one group, added up. */
export interface Sum {
  group: string;
  family: string;
  name: string;
  amount: number;
}

/** Groups of an answer, but for days and hours, which the period bounds. */
export const MAX_GROUPS = 200;

/** Columns of the rollups that make a group, and how it is written. */
const GROUPS: Record<AnalyticsBy, { columns: ReturnType<typeof sql>; written: ReturnType<typeof sql> }> = {
  total: { columns: sql`family`, written: sql`'total'` },
  day: { columns: sql`period`, written: sql`to_char(period at time zone 'utc', 'YYYY-MM-DD')` },
  hour: { columns: sql`period`, written: sql`iso(period)` },
  agent: { columns: sql`agent_id`, written: sql`agent_id::text` },
  link: { columns: sql`link_id`, written: sql`link_id::text` },
  version: { columns: sql`agent_id, agent_version`, written: sql`agent_id || '/' || agent_version` },
  channel: { columns: sql`channel`, written: sql`channel` },
};

/** The coarsest rollups that can tell: hours only where hours are asked for, links only where a link is. */
function grainOf({ by, linkId }: Pick<RollupQuery, "by" | "linkId">): "hour" | "link" | "hour_all" | "day" {
  const ofLink = by === "link" || linkId !== null;
  if (by === "hour") return ofLink ? "hour" : "hour_all";
  return ofLink ? "link" : "day";
}

/** Adds up the rollups of a period: by time in its order, else the groups with the most first; one group more than MAX_GROUPS tells that there are more. */
export async function readSums(trx: Transaction, query: RollupQuery): Promise<Sum[]> {
  const { columns, written } = GROUPS[query.by];
  const { agentId, linkId, version, channel } = query;
  const agent = query.perAgent ? sql`agent_id` : sql`null::uuid`;
  const sums = sql`
    select ${columns}, ${agent} as owner, family as of, name, sum(amount) as amount
      from analytics_rollups cross join lateral unnest(names, amounts) u(name, amount)
     where tenant_id = app_tenant() and family = any(${query.families}::text[]) and grain = ${grainOf(query)}
       and period >= ${query.from}::date::timestamp at time zone 'utc'
       and period < (${query.to}::date + 1)::timestamp at time zone 'utc'
       and (${agentId}::uuid is null or agent_id = ${agentId}::uuid)
       and (${linkId}::uuid is null or link_id = ${linkId}::uuid)
       and (${version}::integer is null or agent_version = ${version}::integer)
       and (${channel}::text is null or channel = ${channel}::text)
     group by ${columns}, owner, of, name`;
  const named = sql`${written} as "group", of as family, coalesce(owner || ' ', '') || name as name`;
  const bounded = query.by === "total" || query.by === "day" || query.by === "hour";
  const { rows } = bounded
    ? await sql<Sum>`select ${named}, amount::float8 as amount from (${sums}) s
        order by ${columns}, family, name limit ${query.limit}`.execute(trx)
    : await sql<Sum>`
        with named as materialized (select ${named}, amount from (${sums}) s),
        top as (
          select "group", sum(amount) as weight from named group by 1 order by 2 desc, 1 limit ${MAX_GROUPS + 1})
        select "group", family, name, amount::float8 as amount from named join top using ("group")
         order by weight desc, 1, 2, 3 limit ${query.limit}`.execute(trx);
  return rows;
}

/** Id of an agent by its name or id; null = there is none. */
export async function findAgent(trx: Transaction, agent: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`select id from agents where slug = ${agent} or id::text = ${agent}
    order by id::text = ${agent} desc limit 1`.execute(trx);
  return rows[0]?.id ?? null;
}

/** Names of agents, or titles of links, by id. */
export async function readLabels(
  trx: Transaction,
  by: AnalyticsBy,
  groups: readonly string[],
): Promise<Map<string, string>> {
  if (groups.length === 0 || !["agent", "version", "link"].includes(by)) return new Map();
  const ids = [...new Set(groups.map((group) => group.split("/")[0] ?? group))];
  const { rows } =
    by === "link"
      ? await sql<{ id: string; label: string }>`select id, title as label from temporary_chat_links
          where id = any(${ids}::uuid[])`.execute(trx)
      : await sql<{ id: string; label: string }>`select id, name as label from agents
          where id = any(${ids}::uuid[])`.execute(trx);
  const names = new Map(rows.map(({ id, label }) => [id, label]));
  return new Map(groups.flatMap((group) => [[group, names.get(group.split("/")[0] ?? group) ?? ""] as const]));
}
