import { Readable } from "node:stream";
import type { Bus } from "@parley/bus";
import {
  listedSession,
  listSessions,
  pageOf,
  recordAct,
  requireRole,
  reviewState,
  sessionSort,
  sessionState,
  sessionStatus,
} from "@parley/contracts";
import { z } from "zod";
import { ownedSession } from "../../streams/audience.js";
import { moment, pageQuery, queryInteger } from "../params.js";
import { csvCells, csvLines } from "./csv.js";
import { ownerRoute, wirePage } from "./owner-route.js";
import type { TenantPrincipal } from "./principal.js";

const noNul = (text: string): boolean => !text.includes("\u0000");
const words = (max: number) =>
  z.string().trim().min(1).max(max).refine(noNul, { message: "must not contain NUL" }).optional();
const flag = z
  .enum(["true", "false"])
  .transform((value) => value === "true")
  .optional();

const listQuery = pageQuery.extend({
  agent_id: z.uuid().optional(),
  link_id: z.uuid().optional(),
  status: sessionStatus.optional(),
  state: sessionState.optional(),
  participant: words(254).meta({ description: "Complete e-mail address (case-insensitive) or identifier" }),
  from: moment.optional(),
  to: moment.optional(),
  rating_max: queryInteger(1, 5).optional().meta({ description: "Rating at or below" }),
  thumbs: z.enum(["up", "down"]).optional(),
  escalated: flag.meta({ description: "A human was requested" }),
  failed: flag.meta({ description: "A turn failed" }),
  went_badly: flag.meta({
    description: "Rated 2 or lower, thumbs down, a failed turn, or an unanswered request for a human",
  }),
  review: reviewState.optional().meta({
    description:
      "`due`: over, nobody has given a verdict, and it went badly, a person was asked for, or it is one of a sample of 5%",
  }),
  node: words(255).meta({ description: "Id of a reached node" }),
  cost_min: z.coerce.number().min(0).max(1_000_000).optional().meta({ description: "US dollars" }),
  text: words(200).meta({ description: "Prefixes of words in messages, all required; operators only" }),
  sort: sessionSort.default("newest").meta({ description: "`rating`: the lowest first, unrated ones last" }),
  format: z.enum(["json", "csv"]).default("json"),
});
type ListQuery = z.output<typeof listQuery>;
type Listed = z.output<typeof listedSession>;

/** Members of a line that a sessions service of the previous release does not send. */
const UNKNOWN = {
  ...{ title: null, person: null, agent_name: null, link_title: null, cost: null, rating: null },
  ...{ thumbs_up: 0, thumbs_down: 0, failed_turns: 0, escalated: false, went_badly: false },
  ...{ sampled: false, review: null },
};

async function readPage(bus: Bus, principal: TenantPrincipal, query: ListQuery) {
  const { tenant_id: _tenant, format: _format, ...filter } = query;
  const { agent_id: agentId, link_id: linkId, rating_max: ratingMax, cost_min: costMin, ...rest } = filter;
  const { went_badly: wentBadly, ...plain } = rest;
  const page = await bus.call(listSessions, { principal, agentId, linkId, ratingMax, costMin, wentBadly, ...plain });
  const data = page.data.map((line): Listed => {
    const shown = ownedSession(line, principal.role);
    const state = line.state ?? (line.ended_at === null ? "running" : "ended");
    const { title, person, agent_name, link_title, cost, rating, thumbs_up, thumbs_down } = { ...UNKNOWN, ...line };
    const { failed_turns, escalated, went_badly, sampled, review } = { ...UNKNOWN, ...line };
    return {
      ...shown,
      ...{ title, person, agent_name, link_title, state, last_activity_at: line.last_activity_at ?? line.updated_at },
      ...{ cost, rating, thumbs_up, thumbs_down, failed_turns, escalated, went_badly, sampled, review },
    };
  });
  return { data, nextCursor: page.nextCursor };
}

type Page = Awaited<ReturnType<typeof readPage>>;

const COLUMNS = [
  ...["session_id", "title", "state", "waiting_since", "person", "agent_name", "agent_config_version", "link_title"],
  ...["turns", "cost", "rating", "thumbs_up", "thumbs_down", "failed_turns", "escalated", "went_badly", "review"],
  ...["status", "end_reason", "node_name", "created_at", "last_activity_at", "ended_at"],
];
const CSV_PAGE = 200;

/** This page and all following ones, read as fast as the client consumes them. */
async function* csvOf(page: Page, next: (cursor: string) => Promise<Page>): AsyncGenerator<string> {
  yield csvLines([COLUMNS]);
  for (let shown = page; ; ) {
    yield csvLines(shown.data.map((session) => csvCells(COLUMNS, { ...session, ...flagsOf(session) })));
    if (shown.nextCursor === null) return;
    shown = await next(shown.nextCursor);
  }
}
const flagsOf = ({ escalated, went_badly }: Listed) => ({
  ...{ escalated: String(escalated), went_badly: String(went_badly) },
});

/** Sessions of the tenant, filtered and sorted, without content except the first words. A read. */
export const sessionListRoute = ownerRoute({
  method: "GET",
  path: "/sessions",
  summary: "List sessions",
  description:
    "`from` is included, `to` is not: both are about when a session began. `format=csv` answers all that the filter finds.",
  query: listQuery,
  answers: { 200: pageOf(listedSession) },
  handle: async ({ principal, query, reply }, { bus }) => {
    if (query.text !== undefined) {
      requireRole(principal, "operator");
      const targetType = "tenant";
      await bus.call(recordAct, { principal, action: "sessions.searched", targetType, targetId: null });
    }
    if (query.format === "csv") {
      const act = { action: "sessions.exported", targetType: "tenant", targetId: null };
      await bus.call(recordAct, { principal, ...act });
    }
    if (query.format === "json") return wirePage(await readPage(bus, principal, query));
    const next = (cursor: string | undefined) => readPage(bus, principal, { ...query, limit: CSV_PAGE, cursor });
    // Read before the headers are sent, so that a refusal is reported as a problem document.
    const first = await next(query.cursor);
    return reply
      .header("content-type", "text/csv; charset=utf-8")
      .header("content-disposition", 'attachment; filename="sessions.csv"')
      .header("cache-control", "private, no-store")
      .send(Readable.from(csvOf(first, next), { objectMode: false }));
  },
});
