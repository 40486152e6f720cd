import {
  activateVersion,
  activateVersionBody,
  agentView,
  createVersionBody,
  diffVersions,
  documentDiff,
  getAgent,
  getVersion,
  importAgent,
  importedAgent,
  listVersions,
  pageOf,
  parseOrRefuse,
  recordAct,
  replayReport,
  replayVersion,
  replayVersionBody,
  suiteResult,
  testVersion,
  triedAgent,
  tryAgent,
  tryAgentBody,
  versionView,
} from "@parley/contracts";
import { z } from "zod";
import { takeTry } from "../../edge/try-rate.js";
import { agentParams, diffParams, pageQuery, versionParams } from "../params.js";
import { type Deps, LONG_BODY_BYTES, ownerRoute, wirePage } from "./owner-route.js";

const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/versions",
  summary: "List versions",
  params: agentParams,
  query: pageQuery,
  answers: { 200: pageOf(versionView) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listVersions, { principal, ...params, limit, cursor })),
});

/**
 * Adds an inactive version to an existing agent. Idempotent by `Idempotency-Key`, else by the signature; without them every
 * call is version n + 1.
 */
const createRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/versions",
  summary: "Create a version",
  role: "editor",
  config: { repeatable: true },
  params: agentParams,
  body: createVersionBody,
  answers: { 201: importedAgent },
  handle: async ({ principal, params, body: { document, notes = null }, repeatable, markReplay }, { bus }) => {
    // An import would create a missing agent; a version needs one.
    const { agent } = await bus.call(getAgent, { principal, ...params });
    const options = { document, dryRun: false, activate: false, notes, ...repeatable };
    const { replayed, ...made } = await bus.call(importAgent, { principal, agent: agent.id, ...options });
    markReplay(replayed);
    return made;
  },
});

/** One version with its document. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/versions/:version",
  summary: "Get a version",
  params: versionParams,
  answers: {
    200: versionView.extend({
      document: z.unknown(),
      text: z
        .string()
        .nullable()
        .describe(
          "YAML as it was written, with comments, for editors; null = it was given as JSON, or a secret stood in it",
        ),
    }),
  },
  handle: async ({ principal, params }, { bus }) => {
    const { version, document, text = null } = await bus.call(getVersion, { principal, ...params });
    return { ...version, document, text };
  },
});

/**
 * Activates a version for new sessions. Idempotent by state. A version that requires tests needs a green result for
 * its content, or an admin's reason.
 */
const activateRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/versions/:version/activate",
  summary: "Activate a version",
  description:
    "409 `tests_not_green` for a version that requires tests; `override_reason` (admins) overrides and is kept.",
  role: "editor",
  params: versionParams,
  body: z.unknown().meta({
    description: "Nothing, or `{override_reason}`",
    examples: [{ override_reason: "The old version is down" }],
  }),
  answers: { 200: agentView },
  handle: async ({ principal, params, body }, { bus }) => {
    const { override_reason: overrideReason } = parseOrRefuse(activateVersionBody, body ?? {});
    return (await bus.call(activateVersion, { principal, ...params, overrideReason })).agent;
  },
});

/** What changed from one version to another: by nodes, settings and tests, and as a unified diff. */
const diffRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/versions/:version/diff/:other",
  summary: "Compare two versions",
  params: diffParams,
  answers: { 200: documentDiff },
  handle: async ({ principal, params: { agent, version: from, other: to } }, { bus }) =>
    bus.call(diffVersions, { principal, agent, from, to }),
});

/** Runs the tests of a version; the result counts for exactly its content. Idempotent: a repeat tests again. */
const testRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/versions/:version/test",
  summary: "Test a version",
  role: "editor",
  params: versionParams,
  answers: { 200: suiteResult.extend({ version: z.int().min(1) }) },
  handle: async ({ principal, params }, { bus }) => {
    const { result } = await bus.call(testVersion, { principal, ...params });
    return { version: params.version, ...result };
  },
});

/** Number of sessions, the newest, that are replayed when the body does not give one. */
const DEFAULT_LIMIT = 100;

/** Runs recorded sessions against a version and reports where each first took another path. No model is called. */
const replayRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/versions/:version/replay",
  summary: "Replay recorded sessions against a version",
  description: "Every call is answered from the records. `remaining` names the sessions that the time did not reach.",
  role: "editor",
  config: { reads: true },
  params: versionParams,
  records: ({ agent, version }) => ({
    ...{ action: "sessions.replayed", targetType: "agent_version" },
    targetId: `${agent}/${version}`,
  }),
  body: z.unknown().meta({
    description: "Nothing, or `{session_ids? | limit? (≤ 500), link_id?}`",
    examples: [{ limit: 50 }],
  }),
  answers: { 200: replayReport },
  handle: async ({ principal, params, body }, { bus }) => {
    const given = parseOrRefuse(replayVersionBody, body ?? {});
    const { session_ids: sessionIds, link_id: linkId, limit = DEFAULT_LIMIT } = given;
    return bus.call(replayVersion, { principal, ...params, sessionIds, linkId, limit });
  },
});

/**
 * Tries a version or an unsaved document. The caller stores the conversation and sends all of it each time, so that nothing is
 * stored; it affects no quota or statistic and notifies nobody.
 */
const tryRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/try",
  summary: "Try an agent",
  description:
    "Send all steps each time, with the `answers` of the last answer: what was answered before is not asked again. Models are asked, HTTP calls only with `api_calls: make`; webhooks, memories and escalations are told in `not_done`; a transfer goes on with the other agent. 30 a minute for each caller.",
  role: "editor",
  config: { reads: true },
  bodyLimit: LONG_BODY_BYTES,
  params: agentParams,
  body: tryAgentBody,
  answers: { 200: triedAgent },
  handle: async ({ principal, params: { agent }, body: given }, { bus, redis }: Deps<"bus" | "redis">) => {
    await takeTry(redis, principal);
    if (given.api_calls === "make") {
      await bus.call(recordAct, { principal, action: "agent.tried", targetType: "agent", targetId: agent });
    }
    return bus.call(tryAgent, { principal, agent, given });
  },
});

export const versionRoutes = [
  listRoute,
  createRoute,
  getRoute,
  activateRoute,
  diffRoute,
  testRoute,
  replayRoute,
  tryRoute,
];
