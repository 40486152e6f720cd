import { type forecastUsage as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { agentOf } from "./ask-analytics.js";
import { dayAfter, daysBetween, isoDay } from "./days.js";
import { forecast } from "./forecast.js";
import { readSums } from "./rollups.js";

/** Eight full weeks before today; today is incomplete. */
const LOOK_BACK_DAYS = 56;

/** Usage forecast of the caller's tenant. A read. Throws `agent_not_found`. */
export const forecastUsage =
  ({ db }: Pick<SessionsDeps, "db">) =>
  (request: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, agent, days, ...given } = request;
    requireRole(principal, "viewer");
    const today = isoDay(Date.now());
    const [from, to] = [dayAfter(today, -LOOK_BACK_DAYS), dayAfter(today, -1)];
    return db.tenant(tenantOf(principal), async (trx) => {
      const filter = {
        agentId: await agentOf(trx, agent),
        linkId: given.linkId ?? null,
        version: given.version ?? null,
        channel: given.channel ?? null,
      };
      const sums = await readSums(trx, {
        families: ["usage"],
        by: "day",
        from,
        to,
        perAgent: false,
        limit: 10_000,
        ...filter,
      });
      const of = (day: string, wanted: string): number =>
        sums.find(({ group, name }) => group === day && name === wanted)?.amount ?? 0;
      const known = daysBetween(from, to).map((day) => ({
        ...{ day, sessions: of(day, "sessions"), messages: of(day, "messages") },
      }));
      return { from, to, ...forecast(known, days) };
    });
  };
