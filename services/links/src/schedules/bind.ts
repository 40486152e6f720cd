import * as contracts from "@parley/contracts";
import type { Lookout } from "@parley/jobs";
import type { SendingDeps } from "../distribution/accept-send.js";
import * as manage from "./manage-schedules.js";
import { startScheduler } from "./run-schedules.js";

/** Serves schedules, and runs them. Stop it before the database is closed. */
export function bindSchedules(deps: SendingDeps, lookout: Lookout): { stop(): Promise<void> } {
  const { bus, config } = deps;
  const bound = { maxInFlight: config.LINKS_MAX_IN_FLIGHT };
  bus.serve(contracts.createSchedule, manage.createScheduleHandler(deps), bound);
  bus.serve(contracts.listSchedules, manage.listSchedulesHandler(deps), bound);
  bus.serve(contracts.getSchedule, manage.getScheduleHandler(deps), bound);
  bus.serve(contracts.updateSchedule, manage.updateScheduleHandler(deps), bound);
  bus.serve(contracts.pauseSchedule, manage.pauseScheduleHandler(deps), bound);
  bus.serve(contracts.deleteSchedule, manage.deleteScheduleHandler(deps), bound);
  bus.serve(contracts.runSchedule, manage.runScheduleHandler(deps), bound);
  bus.serve(contracts.listScheduleRuns, manage.listScheduleRunsHandler(deps), bound);
  return startScheduler(deps, lookout);
}
