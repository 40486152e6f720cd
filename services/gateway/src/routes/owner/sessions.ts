import {
  endSession,
  extendSession,
  getSession,
  getSessionAnalysis,
  replaySession,
  replaySessionBody,
  sessionAnalysis,
  sessionClosed,
  sessionReplay,
  sessionResource,
  sessionToTest,
  sessionTrace,
  traceSession,
} from "@parley/contracts";
import { z } from "zod";
import { signedRepeatable } from "../../edge/idempotency.js";
import { takeTry } from "../../edge/try-rate.js";
import { ownedSession, wireSession } from "../../streams/audience.js";
import { openWatch } from "../../streams/open-watch.js";
import { eventStream } from "../declare-route.js";
import { cursorParam, sessionParams, tenantQuery, traceQuery } from "../params.js";
import { actOn, type Deps, LONG_BODY_BYTES, ownerRoute } from "./owner-route.js";
import { ownerAccess } from "./principal.js";
import { sessionListRoute } from "./session-list.js";
import { readTranscript, TRANSCRIPT_FORMATS, transcriptFile } from "./transcripts.js";

/** One session of the tenant, without its messages; for operators an ended one includes the results of its analysis. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id",
  summary: "Get a session",
  // Viewers see neither collected data nor messages of it.
  records: (params, { role }) => (role === "viewer" ? null : actOn("session", "session.read")(params)),
  // The console repeats the call with each message of the session that it shows.
  recordsOnceInMs: 600_000,
  params: sessionParams,
  answers: { 200: sessionResource.extend({ analysis: sessionAnalysis.nullish() }) },
  handle: async ({ principal, params }, { bus }) => {
    const access = ownerAccess(principal, params.id);
    const { session } = await bus.call(getSession, { access });
    const shown = ownedSession(session, principal.role);
    if (session.ended_at === null || principal.role === "viewer") return shown;
    const { analysis } = await bus.call(getSessionAnalysis, { access });
    return { ...shown, analysis };
  },
});

/** Ends a session of the tenant. Idempotent by `Idempotency-Key`, else by the signature; for an ended one `session_ended`. */
const endRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/end",
  summary: "End a session",
  role: "operator",
  config: { repeatable: true },
  records: actOn("session", "session.ended"),
  params: sessionParams,
  answers: { 200: sessionClosed },
  handle: async ({ principal, request, params, markReplay }, { bus }) => {
    const call = { access: ownerAccess(principal, params.id), reason: "owner", ...signedRepeatable(request) };
    const { replayed, ...closed } = await bus.call(endSession, call);
    markReplay(replayed);
    return closed;
  },
});

/** Extends a session. Idempotent by `Idempotency-Key`, else by the signature; without them each call adds. */
const extendRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/extend",
  summary: "Extend a session",
  description: "Extends its expiry, never beyond that of its link, and its idle time.",
  role: "operator",
  config: { repeatable: true },
  records: actOn("session", "session.extended"),
  params: sessionParams,
  body: z.strictObject({ minutes: z.int().min(1).max(1440) }),
  answers: {
    200: z.object({ session_id: z.string(), expires_at: z.string().nullable(), idle_expires_at: z.string() }),
  },
  handle: async ({ principal, request, params, body, markReplay }, { bus }) => {
    const call = { access: ownerAccess(principal, params.id), ...body, ...signedRepeatable(request) };
    const { sessionId, expiresAt, idleExpiresAt, replayed } = await bus.call(extendSession, call);
    markReplay(replayed);
    return { session_id: sessionId, expires_at: expiresAt, idle_expires_at: idleExpiresAt };
  },
});

type WatchDeps = Deps<"bus" | "redis" | "streams" | "logger">;

/** Live view of a session of the tenant; `Last-Event-ID` or `?after=` resumes it. Operators and above. */
const watchRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/live",
  summary: "Watch a session",
  description:
    "Everything the visitor sees, and nodes, transitions, variables and spend. Begins with `connected`: how the session stands; each turn ends with `turn`.",
  role: "operator",
  config: { longLived: true },
  onRequest: async (_request, { streams }: WatchDeps) => streams.enter(),
  records: actOn("session", "session.live.read"),
  params: sessionParams,
  query: tenantQuery.extend({ after: cursorParam.optional() }),
  answers: { 200: eventStream },
  handle: async ({ principal, request, reply, params, query }, deps: WatchDeps) => {
    const target = { access: ownerAccess(principal, params.id), opener: principal };
    return openWatch(deps, { request, reply, after: query.after }, target);
  },
});

const promptsParam = z
  .enum(["true", "false"])
  .default("false")
  .describe("Includes the prompts, reconstructed from the records and verified by fingerprint");

/** Why a session of the tenant went as it did: nodes, conditions with their inputs, calls, time, cost. Operators and above. */
const traceRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/trace",
  summary: "Read the trace of a session",
  role: "operator",
  records: actOn("session", "session.trace.read"),
  params: sessionParams,
  query: tenantQuery.extend(traceQuery.shape).extend({ prompts: promptsParam }),
  answers: { 200: sessionTrace },
  handle: async ({ principal, params, query: { cursor: after, limit, prompts } }, { bus }) =>
    bus.call(traceSession, { access: ownerAccess(principal, params.id), after, limit, prompts: prompts === "true" }),
});

/** The transcript of a session of the tenant, as json, csv, txt or html; a download except for json. Operators and above. */
const transcriptRoute = ownerRoute({
  method: "GET",
  path: "/sessions/:id/transcript",
  summary: "Read the transcript of a session",
  description: "json (default), csv (safe against formulas), txt or html; the newest 10,000 messages, oldest first.",
  role: "operator",
  records: actOn("session", "session.transcript.read"),
  params: sessionParams,
  query: tenantQuery.extend({ format: z.enum(TRANSCRIPT_FORMATS).default("json") }),
  answers: { 200: z.unknown().meta({ description: "`{session, messages, truncated}`, or the file" }) },
  handle: async ({ principal, params, query: { format }, reply }, { bus }) => {
    const { session, messages, truncated } = await readTranscript(bus, ownerAccess(principal, params.id));
    if (format === "json") return { session: wireSession(session, "api"), messages, truncated };
    const { mediaType, text } = transcriptFile({ session, messages }, format);
    return reply
      .header("content-type", mediaType)
      .header("content-disposition", `attachment; filename="${params.id}.${format}"`)
      .serializer((file: string) => file)
      .send(text);
  },
});

/** A session as a test for the document of its agent, without what identifies a person. Nothing is stored. */
const toTestRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/to-test",
  summary: "Create a test from a session",
  description: "The test passes against the version of the session; `notes` say what it does not repeat.",
  role: "operator",
  config: { reads: true },
  records: actOn("session", "session.test.read"),
  params: sessionParams,
  answers: { 200: sessionToTest.response },
  handle: async ({ principal, params }, { bus }) => bus.call(sessionToTest, { principal, sessionId: params.id }),
});

/**
 * Compares a recorded conversation with the same messages sent to a version or a draft. Calls models; stores nothing. Editors and above.
 */
const replayRoute = ownerRoute({
  method: "POST",
  path: "/sessions/:id/replay",
  summary: "Replay a session against a version",
  description:
    "Models are asked in earnest, under the bounds of a try (200,000 tokens, 30 a minute for each caller with its tries); HTTP calls are answered as they were then, and none is made.",
  role: "editor",
  config: { reads: true },
  bodyLimit: LONG_BODY_BYTES,
  records: actOn("session", "session.replayed"),
  params: sessionParams,
  body: replaySessionBody,
  answers: { 200: sessionReplay },
  handle: async ({ principal, params, body: given }, { bus, redis }: Deps<"bus" | "redis">) => {
    await takeTry(redis, principal);
    return bus.call(replaySession, { principal, sessionId: params.id, given });
  },
});

export const sessionRoutes = [
  sessionListRoute,
  getRoute,
  endRoute,
  extendRoute,
  watchRoute,
  traceRoute,
  transcriptRoute,
  toTestRoute,
  replayRoute,
];
