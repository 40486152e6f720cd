import {
  deadLetter,
  deadLetterStatus,
  deadLetterWhole,
  deleted,
  dropDeadLetter,
  getDeadLetter,
  listDeadLetters,
  pageOf,
  replayDeadLetter,
} from "@parley/contracts";
import { z } from "zod";
import { deadLetterParams, pageQuery } from "../params.js";
import { actOn, ownerRoute, wirePage } from "./owner-route.js";

/** Dead letters, that is turns given up after too many tries, newest first, without their content. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/dead-letters",
  summary: "List dead letters",
  role: "admin",
  query: pageQuery.extend({
    status: deadLetterStatus.optional(),
    session_id: z.string().min(1).max(128).optional(),
    agent_id: z.uuid().optional(),
  }),
  answers: { 200: pageOf(deadLetter) },
  handle: async ({ principal, query }, { bus }) => {
    const { status, session_id: sessionId, agent_id: agentId, limit, cursor } = query;
    return wirePage(await bus.call(listDeadLetters, { principal, status, sessionId, agentId, limit, cursor }));
  },
});

/** One dead letter with its content. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/dead-letters/:id",
  summary: "Get a dead letter",
  role: "admin",
  records: actOn("dead_letter", "dead_letter.read"),
  params: deadLetterParams,
  answers: { 200: deadLetterWhole },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(getDeadLetter, { principal, ...params })).deadLetter,
});

/** Replays a dead letter. 202 when it now waits; 200 when an earlier replay waits or was answered: nothing changed. */
const replayRoute = ownerRoute({
  method: "POST",
  path: "/dead-letters/:id/replay",
  summary: "Replay a dead letter",
  description: "The turn runs at the end of its session, by the path of every message. `GET` tells how it went.",
  role: "admin",
  records: actOn("dead_letter", "dead_letter.replayed"),
  params: deadLetterParams,
  answers: { 200: deadLetter, 202: deadLetter },
  handle: async ({ principal, params, reply }, { bus }) => {
    const { deadLetter, repeated } = await bus.call(replayDeadLetter, { principal, ...params });
    reply.code(repeated ? 200 : 202);
    return deadLetter;
  },
});

/** Drops a dead letter; the failed message stays in the history. Idempotent by state: a second call gets not found. */
const dropRoute = ownerRoute({
  method: "DELETE",
  path: "/dead-letters/:id",
  summary: "Drop a dead letter",
  role: "admin",
  records: actOn("dead_letter", "dead_letter.dropped"),
  params: deadLetterParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => bus.call(dropDeadLetter, { principal, ...params }),
});

export const deadLetterRoutes = [listRoute, getRoute, replayRoute, dropRoute];
