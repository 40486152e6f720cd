import { createScheduleBody, deleted, pageOf, schedule, scheduleRun, updateScheduleBody } from "@parley/contracts";
import { z } from "zod";
import { bodyOf, defineTool, type Plan, pageFields, steering } from "../tool.js";

const scheduleId = z.uuid().describe("Id of the schedule");
const schedulePath = (id: string, ...more: string[]): string =>
  ["/api/schedules", encodeURIComponent(id), ...more].join("/");

const { action: _action, schedule: _alias, cron, ...created } = createScheduleBody.shape;

const listSchedules = defineTool({
  name: "list_temporary_chat_schedules",
  title: "List schedules",
  description: "Schedules that create and send chat links at set times, newest first, each with its next five runs.",
  input: z.strictObject(pageFields),
  output: pageOf(schedule),
  plan: (query) => ({
    about: { type: "none" },
    twin: { method: "GET", path: "/api/schedules", query },
    ofManyAgents: true,
  }),
});

const createSchedule = defineTool({
  name: "create_temporary_chat_schedule",
  title: "Create a schedule",
  description:
    "Makes a link of `parameters.agent` at each time of `cron` in `timezone` and sends it to `parameters.recipients`, until it is paused or deleted. The answer has the next five runs: show them to the person you work for.",
  role: "editor",
  effects: { destructive: false, idempotent: false },
  openWorld: true,
  input: z.strictObject({ ...created, cron: cron.unwrap(), ...steering }),
  output: schedule,
  body: createScheduleBody,
  plan: ({ parameters, ...fields }) => ({
    about: { type: "agent", agent: parameters.agent },
    twin: {
      method: "POST",
      path: "/api/schedules",
      body: { ...bodyOf(fields), action: "create_and_send_temp_chat_link", parameters },
    },
    ...(parameters.template === undefined
      ? {}
      : { target: { method: "GET", path: `/api/link-templates/${encodeURIComponent(parameters.template)}` } }),
  }),
});

const updateSchedule = defineTool({
  name: "update_temporary_chat_schedule",
  title: "Change a schedule",
  description:
    "Changes the given fields and keeps the rest; `parameters` are replaced as a whole, recipients included.",
  role: "editor",
  effects: { destructive: true, idempotent: true },
  openWorld: true,
  input: z.strictObject({ schedule_id: scheduleId, ...updateScheduleBody.shape, ...steering }),
  output: schedule,
  body: updateScheduleBody,
  plan: ({ schedule_id: id, ...fields }) => ({
    about: { type: "schedule", id },
    nextAgent: fields.parameters?.agent,
    twin: { method: "PATCH", path: schedulePath(id), body: bodyOf(fields) },
    target: { method: "GET", path: schedulePath(id) },
  }),
});

const manageSchedule = defineTool({
  name: "manage_temporary_chat_schedule",
  title: "Manage a schedule",
  description:
    "`get_status` reads a schedule with its recipients, `runs` what came of its occurrences; `pause` stops it, `resume` goes on, `run_now` makes and sends a link at once, `delete` removes it with its log.",
  role: "editor",
  effects: { destructive: true, idempotent: false },
  openWorld: true,
  input: z.strictObject({
    schedule_id: scheduleId,
    action: z.enum(["get_status", "runs", "pause", "resume", "run_now", "delete"]),
    ...pageFields,
    ...steering,
  }),
  output: z.union([schedule, scheduleRun, pageOf(scheduleRun), deleted]),
  plan: ({ schedule_id: id, action, limit, cursor }): Plan => {
    const about = { type: "schedule" as const, id };
    const target = { method: "GET" as const, path: schedulePath(id) };
    switch (action) {
      case "get_status":
        return { about, twin: target, writes: false };
      case "runs":
        return {
          about,
          twin: { method: "GET", path: schedulePath(id, "runs"), query: { limit, cursor } },
          writes: false,
        };
      case "pause":
      case "resume":
        return { about, twin: { method: "POST", path: schedulePath(id, action) }, target };
      case "run_now":
        return { about, twin: { method: "POST", path: schedulePath(id, "run-now") }, target };
      case "delete":
        return { about, twin: { method: "DELETE", path: schedulePath(id) }, target };
    }
  },
});

export const scheduleTools = [listSchedules, createSchedule, updateSchedule, manageSchedule];
