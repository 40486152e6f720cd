import { z } from "zod";
import { rpc } from "../declare.js";
import { analyticsBy, analyticsChannel, analyticsFrame, analyticsQuestion, usageForecast } from "../http/analytics.js";
import { overview } from "../http/overview.js";
import { visitorComment } from "../http/visitor-comments.js";
import { principal } from "./callers.js";

const uuid = z.uuid();
const filter = {
  principal,
  /** Name or id. */
  agent: z.string().optional(),
  linkId: uuid.optional(),
  version: z.int().min(1).optional(),
  channel: analyticsChannel.optional(),
};

const cell = z.union([z.string(), z.number(), z.null(), z.record(z.string(), z.number())]);

/** Numbers about sessions from the rollups. Days are UTC, both included. A read. */
export const askAnalytics = rpc(
  "sessions",
  "analytics",
  "sessions",
  z.object({ ...filter, question: analyticsQuestion, by: analyticsBy, from: z.iso.date(), to: z.iso.date() }),
  z.object({ ...analyticsFrame, rows: z.array(z.record(z.string(), cell)) }),
  10_000,
);

/** Where usage leads, from the days before today. A read. */
export const forecastUsage = rpc(
  "sessions",
  "forecast",
  "sessions",
  z.object({ ...filter, days: z.int().min(1).max(90) }),
  usageForecast,
  10_000,
);

/** What visitors wrote with their ratings, newest first. A read; operators and above. */
export const listComments = rpc(
  "sessions",
  "comments",
  "sessions",
  z.object({
    principal,
    agent: z.string().optional(),
    linkId: uuid.optional(),
    limit: z.int().min(1).max(200),
    cursor: z.string().optional(),
  }),
  z.object({ data: z.array(visitorComment), nextCursor: z.string().nullable() }),
);

/** Makes the rollups of a tenant again in the background. Idempotent: it may be asked for at any moment. */
export const rebuildAnalytics = rpc(
  "sessions",
  "rebuild_analytics",
  "sessions",
  z.object({ principal }),
  z.object({ sessions: z.int() }),
  60_000,
);

/** How connections of visitors went; `seconds`: how long the `closed` ones were open. */
const connectionCount = z.enum(["opened", "resumed", "refused", "closed", "seconds", "polls"]);
export type ConnectionCount = z.output<typeof connectionCount>;

/** What a gateway counted at a link since it said so last. */
const visitCount = z.object({
  tenantId: uuid,
  linkId: uuid,
  country: z.string().length(2).nullable(),
  opened: z.int().min(0),
  sessions: z.int().min(0),
  connections: z.partialRecord(connectionCount, z.int().min(0)).optional(),
  /** Where the link was opened: a keyed hash, another one at each link. */
  addressHash: z.string().min(1).max(64).optional(),
  at: z.iso.datetime(),
});
export type VisitCount = z.output<typeof visitCount>;

/** Keeps a batch. Not idempotent: these are counts, a lost answer loses or doubles one. */
export const noteVisits = rpc(
  "sessions",
  "note_visits",
  "sessions",
  z.object({ visits: z.array(visitCount).min(1).max(500) }),
  z.object({}),
);

/** Whether all is well in a tenant. */
export const readOverview = rpc("sessions", "overview", "sessions", z.object({ principal }), z.object({ overview }));
