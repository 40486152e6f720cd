import type { AnalyticsBy } from "@parley/contracts";
import { sql, type Transaction } from "@parley/db";
import { dayAfter, mondayFrom, mondayOf, monthFrom, monthOf } from "./days.js";

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
  /** Names are prefixed with their agent: `<agent id> <name>`. */
  perAgent: boolean;
  /** Maximum number of sums to read, starting with the first group. */
  limit: number;
}

/** The total of one name in one group. */
export interface Sum {
  group: string;
  family: string;
  name: string;
  amount: number;
}

/** Maximum groups of an answer, except days and hours, which the period bounds. */
export const MAX_GROUPS = 200;

/** Columns of the rollups that form a group, and how it is formatted. */
const GROUPS: Record<AnalyticsBy, { columns: readonly string[]; written: ReturnType<typeof sql> }> = {
  total: { columns: [], written: sql`'total'` },
  day: { columns: ["period"], written: sql`to_char(period at time zone 'utc', 'YYYY-MM-DD')` },
  hour: { columns: ["period"], written: sql`iso(period)` },
  agent: { columns: ["agent_id"], written: sql`agent_id::text` },
  link: { columns: ["link_id"], written: sql`link_id::text` },
  version: { columns: ["agent_id", "agent_version"], written: sql`agent_id || '/' || agent_version` },
  channel: { columns: ["channel"], written: sql`channel` },
};

/** A rollup of days, weeks or months: the first of its periods from a day on, and the one that a day is in. */
interface Grain {
  grain: string;
  from(day: string): string;
  of(day: string): string;
}

const days = (grain: string): Grain => ({ grain, from: (day) => day, of: (day) => day });
const weeks = (grain: string): Grain => ({ grain, from: mondayFrom, of: mondayOf });
const months = (grain: string): Grain => ({ grain, from: monthFrom, of: monthOf });

/** The rollups of a link, of all links by agent, version and channel, and of the tenant as a whole, the coarsest first. */
const GRAINS = {
  link: { hour: "hour", whole: [months("link_month"), weeks("link_week"), days("link")] },
  all: { hour: "hour_all", whole: [weeks("week"), days("day")] },
  // Half a year has few rows by day.
  total: { hour: "hour_total", whole: [days("day_total")] },
} as const;

/** The coarsest rollups that suffice: by link only where a link is requested, by agent only where agents are distinguished. */
function grainsOf({
  by,
  agentId,
  linkId,
  version,
  channel,
  perAgent,
}: RollupQuery): (typeof GRAINS)[keyof typeof GRAINS] {
  if (by === "link" || linkId !== null) return GRAINS.link;
  const whole = !perAgent && agentId === null && version === null && channel === null;
  return whole && isBounded(by) ? GRAINS.total : GRAINS.all;
}

/** Groupings whose number of groups the period bounds. */
const isBounded = (by: AnalyticsBy): boolean => by === "total" || by === "day" || by === "hour";

interface Part {
  grain: string;
  since: string;
  /** Not included. */
  until: string;
}

/** Which rollups are read for which part of the period: where the grouping is not by time, the coarsest ones that fit. */
function partsOf(query: RollupQuery): Part[] {
  const { by, from, to } = query;
  const { hour, whole } = grainsOf(query);
  const until = dayAfter(to, 1);
  if (by === "hour") return [{ grain: hour, since: from, until }];
  return fill(by === "day" ? whole.slice(-1) : whole, from, until);
}

/** Whole periods of the coarsest grain, with the finer ones before and after them. */
function fill([coarsest, ...finer]: readonly Grain[], since: string, until: string): Part[] {
  if (coarsest === undefined || since >= until) return [];
  const [first, last] = [coarsest.from(since), coarsest.of(until)];
  if (first >= last) return fill(finer, since, until);
  return [
    ...fill(finer, since, first),
    { grain: coarsest.grain, since: first, until: last },
    ...fill(finer, last, until),
  ];
}

/** An index gives the rows of one family in the order of their periods, so that a limited reading ends early. */
const familyIn = ([first = "", ...more]: readonly string[]): ReturnType<typeof sql> =>
  more.length === 0 ? sql`family = ${first}` : sql`family = any(${[first, ...more]}::text[])`;

/** The rollups that match the query and `also`. */
function rollupsOf(query: RollupQuery, also = sql`true`): ReturnType<typeof sql> {
  const { agentId, linkId, version, channel } = query;
  const parts = partsOf(query).map(
    ({ grain, since, until }) => sql`select * from analytics_rollups
      where tenant_id = app_tenant() and ${familyIn(query.families)} and grain = ${grain}
        and period >= ${since}::date::timestamp at time zone 'utc' and period < ${until}::date::timestamp at time zone 'utc'
        and (${agentId}::uuid is null or agent_id = ${agentId}::uuid)
        and (${linkId}::uuid is null or link_id = ${linkId}::uuid)
        and (${version}::integer is null or agent_version = ${version}::integer)
        and (${channel}::text is null or channel = ${channel}::text) and ${also}`,
  );
  return sql.join(parts, sql` union all `);
}

/** Sums the rollups of a period: time groups in order, else the largest first; one group more than MAX_GROUPS shows that there are more. */
export async function readSums(trx: Transaction, query: RollupQuery): Promise<Sum[]> {
  const { columns: names, written } = GROUPS[query.by];
  const columns = sql.join(names.map((name) => sql.ref(name)));
  const inTop = sql.join(names.map((name) => sql.ref(`top.${name}`)));
  const owner = query.perAgent ? sql`agent_id || ' '` : sql`''`;
  // No parallel workers: starting them takes longer than most questions, and they would take the processors from visitors' turns.
  // Groups of a period in the order of time, so that the limit ends the reading; a hash would hold all of them, and spill.
  await sql`select set_config('max_parallel_workers_per_gather', '0', true),
    set_config('enable_hashagg', ${isBounded(query.by) ? "off" : "on"}, true)`.execute(trx);
  if (isBounded(query.by)) {
    // Texts are made of the sums, of which there are far fewer than of amounts.
    const keys = sql.join([...names, "family", ...(query.perAgent ? ["agent_id"] : []), "name"].map(sql.ref));
    const { rows } = await sql<Sum>`
      select ${written} as "group", family, ${owner} || name as name, amount from (
        select ${keys}, sum(amount)::float8 as amount
          from (${rollupsOf(query)}) r cross join lateral unnest(names, amounts) u(name, amount)
         group by ${keys} order by ${keys} limit ${query.limit}) sums`.execute(trx);
    return rows;
  }
  // Names are read only for the groups that are shown, one group at a time: there may be as many links as sessions. Groups of the first
  // family alone are ranked; those that only the others have are looked for where there is room.
  const [first = "", ...others] = query.families;
  const rest =
    others.length === 0
      ? sql``
      : sql` union all (
        select ${columns}, 0 from (${rollupsOf({ ...query, families: others })}) r
         where (select count(*) from ranked) <= ${MAX_GROUPS} and (${columns}) not in (select ${columns} from ranked)
         group by ${columns} order by ${columns} limit ${MAX_GROUPS + 1})`;
  const { rows } = await sql<Sum>`
    with ranked as materialized (
      select ${columns}, sum(weight) as weight from (${rollupsOf({ ...query, families: [first] })}) r group by ${columns}
       order by weight desc, ${columns} limit ${MAX_GROUPS + 1}),
    top as materialized (select * from ranked${rest})
    select ${written} as "group", family, name, amount::float8 as amount
      from top cross join lateral (
        select family, ${owner} || name as name, sum(amount) as amount
          from (${rollupsOf(query, sql`(${columns}) = (${inTop})`)}) r cross join lateral unnest(names, amounts) u(name, amount)
         group by 1, 2) named
     order by weight desc, ${columns}, 2, 3 limit ${query.limit}`.execute(trx);
  return rows;
}

/** Id of an agent by its slug or id; null = no such agent. */
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
