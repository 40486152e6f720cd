import type { CreateScheduleBody, Schedule, ScheduleRun } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type { Schedule, ScheduleRun };

type UpdateBody = Partial<Pick<CreateScheduleBody, "name" | "cron" | "timezone" | "parameters">>;

/** Links that are created and sent at set times. */
export function scheduleCalls(call: Caller) {
  const at = (id: string): string => `/schedules/${part(id)}`;
  return {
    schedules: (cursor?: string) => call<Page<Schedule>>(`/schedules${query({ limit: "50", cursor })}`),
    schedule: (id: string) => call<Schedule>(at(id)),
    createSchedule: (body: CreateScheduleBody, key: string) =>
      call<Schedule>("/schedules", { method: "POST", body, headers: { "idempotency-key": key } }),
    updateSchedule: (id: string, body: UpdateBody) => call<Schedule>(at(id), { method: "PATCH", body }),
    deleteSchedule: (id: string) => call(at(id), { method: "DELETE" }),
    pauseSchedule: (id: string, paused: boolean) =>
      call<Schedule>(`${at(id)}/${paused ? "pause" : "resume"}`, { method: "POST" }),
    runSchedule: (id: string, key: string) =>
      call<ScheduleRun>(`${at(id)}/run-now`, { method: "POST", headers: { "idempotency-key": key } }),
    scheduleRuns: (id: string) => call<Page<ScheduleRun>>(`${at(id)}/runs?limit=20`),
  };
}
