import { Readable } from "node:stream";
import type { Bus } from "@parley/bus";
import {
  type Act,
  AppError,
  EXPORTED,
  type ExportKind,
  exportKind,
  exportRecords,
  traceSession,
} from "@parley/contracts";
import { z } from "zod";
import { moment, tenantQuery } from "../params.js";
import { csvCells, csvLines } from "./csv.js";
import { ownerRoute } from "./owner-route.js";
import { ownerAccess, type TenantPrincipal } from "./principal.js";

/** Records per page; sessions for traces, because each has many turns. */
const PAGE = { sessions: 1_000, messages: 1_000, ratings: 1_000, notes: 1_000, reviews: 1_000, traces: 20 } as const;
const TURNS = 200;

type Exported = { cursor: string; record: Record<string, unknown> };

const read = ({ kind }: { kind: ExportKind }): Act => ({
  ...{ action: "sessions.exported", targetType: "export", targetId: kind },
});

/** Sessions, messages, ratings, notes, verdicts or traces of the tenant, one page per call, generated while it is read. A read; admins. */
const exportRoute = ownerRoute({
  method: "GET",
  path: "/exports/:kind",
  summary: "Export records in bulk",
  description:
    "JSON lines or CSV, in the order in which the sessions began; `from` is included, `to` is not. `X-Next-After` names the end of the page where more follows: ask again with it as `after`. Nothing stands twice or is missing however often an export is broken off. Sessions that begin meanwhile stand at the end: for a closed set choose a `to` that has passed.",
  role: "admin",
  params: z.object({ kind: exportKind }),
  query: tenantQuery.extend({
    format: z.enum(["jsonl", "csv"]).default("jsonl"),
    agent_id: z.uuid().optional(),
    link_id: z.uuid().optional(),
    from: moment.optional(),
    to: moment.optional(),
    after: z.string().min(1).max(200).optional().meta({ description: "`X-Next-After` of the page before" }),
  }),
  config: { longLived: true },
  records: read,
  answers: {
    200: {
      description: "One record per line; the first page of CSV begins with column names",
      content: { "application/jsonl": { schema: z.string() }, "text/csv": { schema: z.string() } },
    },
  },
  handle: async ({ principal, params: { kind }, query, reply }, { bus }) => {
    const { format, agent_id: agentId, link_id: linkId, from, to, after } = query;
    const asked = { principal, agentId, linkId, from, to, after, limit: PAGE[kind] };
    const page = await bus.call(exportRecords, { ...asked, kind: kind === "traces" ? "sessions" : kind });
    const last = page.data.at(-1);
    if (page.more && last !== undefined) reply.header("x-next-after", last.cursor);
    const records = kind === "traces" ? turnsOf(bus, principal, page.data) : page.data.map(({ record }) => record);
    const columns = Object.keys(EXPORTED[kind].shape);
    const lines = format === "csv" ? csvFile(columns, records, after === undefined) : jsonLines(records);
    return reply
      .header("content-type", format === "csv" ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8")
      .header("content-disposition", `attachment; filename="${kind}.${format}"`)
      .header("cache-control", "private, no-store")
      .send(Readable.from(lines, { objectMode: false }));
  },
});

type Records = Iterable<Record<string, unknown>> | AsyncIterable<Record<string, unknown>>;

/** The turns of each session, one page of one session at a time. Sessions whose content was removed have none. */
async function* turnsOf(bus: Bus, principal: TenantPrincipal, sessions: Exported[]) {
  for (const { record } of sessions) {
    const sessionId = String(record.session_id);
    let after = 0;
    for (;;) {
      const trace = await traceOf(bus, { access: ownerAccess(principal, sessionId), after, limit: TURNS });
      for (const turn of trace?.turns ?? []) yield { session_id: sessionId, ...turn };
      if (trace === null || trace.next_cursor === null) break;
      after = Number(trace.next_cursor);
    }
  }
}

async function traceOf(
  bus: Bus,
  asked: Parameters<typeof bus.call<typeof traceSession.request, typeof traceSession.response>>[1],
) {
  try {
    return await bus.call(traceSession, asked);
  } catch (error) {
    // Deleted since the page was read, or emptied by retention.
    if (error instanceof AppError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}

async function* jsonLines(records: Records): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

/** Values other than text or numbers are written as JSON. */
async function* csvFile(columns: string[], records: Records, isFirst: boolean): AsyncGenerator<string> {
  if (isFirst) yield csvLines([columns]);
  for await (const record of records) yield csvLines([csvCells(columns, record)]);
}

export const exportRoutes = [exportRoute];
