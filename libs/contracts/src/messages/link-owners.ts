import { z } from "zod";
import { event, rpc } from "../declare.js";
import { bulkLinkResult } from "../http/bulk-links.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const one = { principal, agent: z.string(), id: uuid };

/** Many links in one call, each by itself; idempotent by the key, item by item. */
export const bulkLinks = rpc(
  "links",
  "bulk",
  "links",
  z.object({
    principal,
    agent: z.string(),
    body: z.record(z.string(), z.unknown()),
    idempotencyKey: z.string().optional(),
    signature: repeatableRequest.signature,
  }),
  z.object({ results: z.array(bulkLinkResult), ...replayable }),
  60_000,
);

/** The token of a link again, for its QR code and its snippet. Core subject, never stored. */
export const revealLink = rpc(
  "links",
  "reveal",
  "links",
  z.object(one),
  z.object({
    token: z.string(),
    title: z.string(),
    /** Sites that may embed it. */
    allowedDomains: z.array(z.string()).default([]),
    colour: z.string().nullable().default(null),
  }),
);

/** A link was made. */
export const linkCreated = event("links", "created", z.object({ linkId: uuid, tenantId: uuid }));

const count = z.number().int();
/** What happened on a link in the last `days` days (UTC days, today included). Sessions count by their beginning. */
export const linkAnalytics = rpc(
  "sessions",
  "link_analytics",
  "sessions",
  z.object({ principal, linkId: uuid, days: z.number().int().min(1).max(366) }),
  z.object({
    from: z.string(),
    to: z.string(),
    sessions: z.object({ total: count, active: count, completed: count, abandoned: count, error: count }),
    /** Messages of visitors. */
    messages: count,
    uniqueVisitors: z.object({ total: count, confirmed: count, anonymous: count }),
    uniqueAddresses: count.default(0),
    /** Of the sessions that ended, those whose conversation came to its end, with four decimals; null = none has ended. */
    completionRate: z.number().nullable(),
    /** Messages and seconds with one decimal, milliseconds whole. */
    averageMessages: z.number().nullable(),
    averageDurationSeconds: z.number().nullable(),
    averageResponseMs: z.number().nullable(),
    p95ResponseMs: z.number().nullable(),
    failedMessages: count,
    endReasons: z.record(z.string(), count),
    /** `average` with two decimals. */
    satisfaction: z.object({ ratings: count, average: z.number().nullable() }),
    byDay: z.array(z.object({ day: z.string(), sessions: count, messages: count, completed: count })),
    lastSessionAt: z.string().nullable(),
  }),
  10_000,
);
export type LinkAnalytics = z.output<typeof linkAnalytics.response>;
