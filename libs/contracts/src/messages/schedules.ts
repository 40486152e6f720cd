import { z } from "zod";
import { rpc } from "../declare.js";
import { createScheduleBody, schedule, scheduleRun, updateScheduleBody } from "../http/schedules.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const owned = { principal, id: uuid };
const paged = { limit: z.number().int(), cursor: z.string().optional() };
const nextCursor = z.string().nullable();

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("links", name, "links", request, response);

export const createSchedule = call(
  "create_schedule",
  z.object({ principal, body: createScheduleBody, ...repeatableRequest }),
  z.object({ schedule, ...replayable }),
);

export const listSchedules = call(
  "list_schedules",
  z.object({ principal, ...paged }),
  z.object({ data: z.array(schedule), nextCursor }),
);

/** With its recipients among the parameters, for editors. */
export const getSchedule = call("get_schedule", z.object(owned), z.object({ schedule }));

export const updateSchedule = call(
  "update_schedule",
  z.object({ ...owned, body: updateScheduleBody }),
  z.object({ schedule }),
);

/** `paused` false continues with the next occurrence. */
export const pauseSchedule = call(
  "pause_schedule",
  z.object({ ...owned, paused: z.boolean() }),
  z.object({ schedule }),
);

export const deleteSchedule = call("delete_schedule", z.object(owned), z.object({}));

/** One occurrence now, besides those of its pattern. */
export const runSchedule = call(
  "run_schedule",
  z.object({ ...owned, ...repeatableRequest }),
  z.object({ run: scheduleRun, ...replayable }),
);

export const listScheduleRuns = call(
  "list_schedule_runs",
  z.object({ ...owned, ...paged }),
  z.object({ data: z.array(scheduleRun), nextCursor }),
);
