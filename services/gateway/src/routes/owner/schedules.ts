import {
  createSchedule,
  createScheduleBody,
  deleted,
  deleteSchedule,
  getSchedule,
  listScheduleRuns,
  listSchedules,
  pageOf,
  pauseSchedule,
  runSchedule,
  schedule,
  scheduleRun,
  updateSchedule,
  updateScheduleBody,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { actOn, DELETED, LONG_BODY_BYTES, ownerRoute, wirePage } from "./owner-route.js";

/** Schedules of the tenant, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/schedules",
  summary: "List schedules",
  query: pageQuery,
  answers: { 200: pageOf(schedule) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listSchedules, { principal, limit, cursor })),
});

/** Creates a schedule. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/schedules",
  summary: "Create a schedule",
  description:
    "Makes a link of `parameters.agent` at each time of `cron` (five fields, or a nickname) in `timezone`, and sends it as `POST …/send` does. Each occurrence once, however many replicas run; one that comes more than an hour late is missed. With a fixed hour each local time comes once: of an hour that comes twice the first counts, and what a change of clocks skips comes at its end.",
  role: "editor",
  config: { repeatable: true },
  bodyLimit: LONG_BODY_BYTES,
  body: createScheduleBody,
  answers: { 201: schedule },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { schedule: made, replayed } = await bus.call(createSchedule, { principal, body, ...repeatable });
    markReplay(replayed);
    return made;
  },
});

/** One schedule; editors see its recipients among the parameters. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/schedules/:id",
  summary: "Get a schedule",
  description: "Editors see `parameters.recipients`.",
  params: idParams,
  answers: { 200: schedule },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getSchedule, { principal, ...params })).schedule,
});

/** Changes the given fields. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/schedules/:id",
  summary: "Update a schedule",
  description: "`parameters` are replaced as a whole, recipients included.",
  role: "editor",
  params: idParams,
  bodyLimit: LONG_BODY_BYTES,
  body: updateScheduleBody,
  answers: { 200: schedule },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateSchedule, { principal, ...params, body })).schedule,
});

/** Deletes a schedule with its log. Idempotent by state: a second delete is `schedule_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/schedules/:id",
  summary: "Delete a schedule",
  role: "editor",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteSchedule, { principal, ...params });
    return DELETED;
  },
});

/** Stops a schedule until it is resumed. Idempotent by state. */
const pauseRoute = ownerRoute({
  method: "POST",
  path: "/schedules/:id/pause",
  summary: "Pause a schedule",
  role: "editor",
  params: idParams,
  answers: { 200: schedule },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(pauseSchedule, { principal, ...params, paused: true })).schedule,
});

/** Resumes a schedule with the next occurrence. Idempotent by state. */
const resumeRoute = ownerRoute({
  method: "POST",
  path: "/schedules/:id/resume",
  summary: "Resume a schedule",
  description: "Occurrences during the pause are not caught up.",
  role: "editor",
  params: idParams,
  answers: { 200: schedule },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(pauseSchedule, { principal, ...params, paused: false })).schedule,
});

/** Runs a schedule now, in addition to its pattern. Idempotent by `Idempotency-Key`, else by the signature. */
const runRoute = ownerRoute({
  method: "POST",
  path: "/schedules/:id/run-now",
  summary: "Run a schedule now",
  description: "Paused or not. The outcome is in the list of its runs.",
  role: "editor",
  config: { repeatable: true },
  records: actOn("schedule", "schedule.run"),
  params: idParams,
  answers: { 202: scheduleRun },
  handle: async ({ principal, params, repeatable, markReplay }, { bus }) => {
    const { run, replayed } = await bus.call(runSchedule, { principal, ...params, ...repeatable });
    markReplay(replayed);
    return run;
  },
});

/** Occurrences and their outcomes, newest first. */
const runsRoute = ownerRoute({
  method: "GET",
  path: "/schedules/:id/runs",
  summary: "List runs of a schedule",
  params: idParams,
  query: pageQuery,
  answers: { 200: pageOf(scheduleRun) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listScheduleRuns, { principal, ...params, limit, cursor })),
});

export const scheduleRoutes = [
  listRoute,
  createRoute,
  getRoute,
  updateRoute,
  deleteRoute,
  pauseRoute,
  resumeRoute,
  runRoute,
  runsRoute,
];
