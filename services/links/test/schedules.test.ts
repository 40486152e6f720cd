import {
  type CreateScheduleBody,
  createSchedule,
  deleteSchedule,
  getSchedule,
  listLinkDeliveries,
  listScheduleRuns,
  listSchedules,
  type Principal,
  pauseSchedule,
  runSchedule,
  type ScheduleRun,
  updateSchedule,
  updateTenant,
} from "@parley/contracts";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPattern, nextOccurrences, type Pattern } from "../src/schedules/occurrences.js";
import { planOf } from "../src/schedules/run-schedules.js";
import { listMail } from "../src/verification/repository.js";
import { codeOf, type Harness, startHarness } from "./harness.js";

const berlin = (cron: string): Pattern => ({ cron, timezone: "Europe/Berlin" });
const after = (pattern: Pattern, from: string, count: number): string[] =>
  nextOccurrences(pattern, Date.parse(from), count).map((at) => new Date(at).toISOString().slice(0, 16));

describe("occurrences of a schedule", () => {
  it("keep the local time across a clock change", () => {
    expect(after(berlin("0 9 * * 1-5"), "2026-03-27T12:00:00Z", 2)).toEqual(["2026-03-30T07:00", "2026-03-31T07:00"]);
    expect(after(berlin("0 9 * * 1-5"), "2026-10-23T12:00:00Z", 2)).toEqual(["2026-10-26T08:00", "2026-10-27T08:00"]);
  });

  it("that a clock change skips come at its end, several together", () => {
    // On 29 March 02:00 to 03:00 does not exist; 03:00 is 01:00 UTC.
    const skipped = ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"];
    expect(after(berlin("30 2 * * *"), "2026-03-28T00:00:00Z", 3)).toEqual(skipped);
    expect(after(berlin("15,45 2 * * *"), "2026-03-28T01:20:00Z", 3)).toEqual([
      ...["2026-03-28T01:45", "2026-03-29T01:00", "2026-03-30T00:15"],
    ]);
    // From within: the first instant after the gap is the occurrence, not yet another day.
    expect(after(berlin("30 2 * * *"), "2026-03-29T00:59:59Z", 1)).toEqual(["2026-03-29T01:00"]);
    expect(after(berlin("30 2 * * *"), "2026-03-29T01:00:00Z", 1)).toEqual(["2026-03-30T00:30"]);
    expect(after({ cron: "15 2 * * *", timezone: "Australia/Lord_Howe" }, "2026-10-02T20:00:00Z", 1)).toEqual([
      "2026-10-03T15:30",
    ]);
  });

  it("that come twice count only the first time", () => {
    // On 25 October 02:30 is 00:30 and 01:30 UTC.
    const once = ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"];
    expect(after(berlin("30 2 * * *"), "2026-10-24T00:00:00Z", 3)).toEqual(once);
    expect(after(berlin("30 2 * * *"), "2026-10-25T00:30:00Z", 1)).toEqual(["2026-10-26T01:30"]);
    expect(after(berlin("0,30 2 * * *"), "2026-10-24T23:00:00Z", 3)).toEqual([
      ...["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-26T01:00"],
    ]);
  });

  it("of an hourly pattern are counted in real time", () => {
    const halves = ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"];
    expect(after(berlin("*/30 * * * *"), "2026-10-25T00:00:00Z", 4)).toEqual(halves);
    expect(after(berlin("15 * * * *"), "2026-03-29T00:00:00Z", 3)).toEqual([
      ...["2026-03-29T00:15", "2026-03-29T01:15", "2026-03-29T02:15"],
    ]);
  });

  it("need a pattern of five fields or a nickname that occurs at all", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    for (const cron of ["0 9 * * 1-5", "@daily", "0 9 L * *", "*/5 8-18 * * mon"])
      expect(isPattern(berlin(cron), now), cron).toBe(true);
    for (const cron of ["* * * * * *", "0 9 31 2 *", "0 9 * *", "later", "61 * * * *", "2026-02-01T00:00:00Z"])
      expect(isPattern(berlin(cron), now), cron).toBe(false);
  });

  it("that were missed are not made up for after an hour, and of several only the newest one is", () => {
    const at = (text: string): number => Date.parse(`2026-01-05T${text}:00Z`);
    const plan = (cron: string, next: string, now: string) =>
      planOf({ cron, timezone: "UTC", next_at: at(next), now: at(now) });
    expect(plan("0 9 * * *", "09:00", "09:00")).toEqual({
      missed: [],
      run: at("09:00"),
      next: at("09:00") + 86_400_000,
    });
    expect(plan("0 9 * * *", "09:00", "10:00")).toMatchObject({ missed: [], run: at("09:00") });
    expect(plan("0 9 * * *", "09:00", "10:01")).toMatchObject({ missed: [at("09:00")], run: null });
    expect(plan("*/30 * * * *", "03:00", "09:10")).toEqual({
      missed: [at("03:00"), at("08:30")],
      run: at("09:00"),
      next: at("09:30"),
    });
  });
});

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([], { SEND_POLL_MS: "50", SCHEDULE_POLL_MS: "50" });
}, 60_000);
afterAll(() => harness?.close());

const REFERENCE: CreateScheduleBody = {
  schedule: "0 9 * * 1-5",
  timezone: "Europe/Berlin",
  action: "create_and_send_temp_chat_link",
  parameters: {
    agent: "desk",
    channel: "email",
    template: "daily_checkin",
    recipients: ["team@company.com", { address: "ada@example.com", name: "Ada", language: "de" }],
    expires_in_hours: 4,
  },
};

async function scheduled(body: Partial<CreateScheduleBody> = {}) {
  const { tenantId, as } = await harness.newTenant();
  const principal: Principal = as("editor");
  const { schedule } = await harness.bus.call(createSchedule, { principal, body: { ...REFERENCE, ...body } });
  const at = { principal, id: schedule.id };
  const runs = async (): Promise<ScheduleRun[]> =>
    (await harness.bus.call(listScheduleRuns, { ...at, limit: 50 })).data;
  return { tenantId, principal, schedule, at, runs };
}

const dueSince = (id: string, interval: string) =>
  withPostgresClient(harness.database.adminUrl, (owner) =>
    owner.query("update schedules set next_at = date_trunc('second', now() - $2::interval) where id = $1", [
      id,
      interval,
    ]),
  );

const untilEnded = (runs: () => Promise<ScheduleRun[]>, count: number) =>
  eventually(async () => {
    const all = await runs();
    if (all.length < count || all.some(({ status }) => status === "pending")) throw new Error("not ended yet");
    return all;
  });

describe("schedules", () => {
  it("are created as in the reference, show their next five runs, and show recipients only to editors", async () => {
    const { schedule, principal, at } = await scheduled();
    expect(schedule).toMatchObject({ cron: "0 9 * * 1-5", timezone: "Europe/Berlin", recipients: 2, paused: false });
    expect(schedule.next_runs).toHaveLength(5);
    for (const run of schedule.next_runs) {
      const local = new Intl.DateTimeFormat("en-GB", {
        timeZone: "Europe/Berlin",
        timeStyle: "short",
        weekday: undefined,
      });
      expect(local.format(new Date(run))).toBe("09:00");
    }
    const mine = await harness.bus.call(getSchedule, at);
    expect(mine.schedule.parameters).toMatchObject({
      recipients: [{ address: "team@company.com" }, { address: "ada@example.com", name: "Ada", language: "de" }],
    });
    const viewer = { ...at, principal: { ...principal, role: "viewer" as const } };
    expect((await harness.bus.call(getSchedule, viewer)).schedule.parameters).not.toHaveProperty("recipients");
    expect((await harness.bus.call(listSchedules, { principal, limit: 50 })).data).toHaveLength(1);
    expect(await codeOf(harness.bus.call(pauseSchedule, { ...viewer, paused: true }))).toBe("forbidden");
  });

  it("create a link and send it at their time, once with two replicas", async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => scheduled()));
    await Promise.all(made.map(({ schedule }) => dueSince(schedule.id, "1 second")));
    for (const { runs, principal, tenantId, schedule } of made) {
      const [run, ...others] = await untilEnded(runs, 1);
      expect(others).toEqual([]);
      expect(run).toMatchObject({ cause: "cron", status: "done", outcome: null });
      const of = { principal, agent: "desk", id: run?.link_id ?? "" };
      const delivery = await eventually(async () => {
        const { data } = await harness.bus.call(listLinkDeliveries, { ...of, limit: 50 });
        if (data[0]?.status !== "done") throw new Error("not sent yet");
        expect(data).toHaveLength(1);
        return data[0];
      });
      expect(delivery).toMatchObject({ id: run?.delivery_id, schedule_id: schedule.id, counts: { sent: 2 } });
      const mails = await listMail(harness.db, { tenantId, limit: 10 });
      expect(mails.map(({ to, subject }) => [to, subject]).sort()).toEqual([
        ["ada@example.com", "Ihr Check-in mit Desk"],
        ["team@company.com", "Your check-in with Desk"],
      ]);
    }
  });

  it("run on demand once per key, paused or not; a paused one does nothing by itself", async () => {
    const { at, runs, schedule } = await scheduled();
    const paused = await harness.bus.call(pauseSchedule, { ...at, paused: true });
    expect(paused.schedule).toMatchObject({ paused: true, next_runs: [] });
    const idempotency = { key: "now", fingerprint: "f" };
    const calls = [1, 2, 3].map(() => harness.bus.call(runSchedule, { ...at, idempotency }));
    expect(new Set((await Promise.all(calls)).map(({ run }) => run.id)).size).toBe(1);
    expect(await untilEnded(runs, 1)).toMatchObject([{ cause: "owner", status: "done" }]);
    const resumed = await harness.bus.call(pauseSchedule, { ...at, paused: false });
    expect(resumed.schedule.next_runs).toEqual(schedule.next_runs);
  });

  it("record an occurrence that is more than an hour late as missed", async () => {
    // Half a year away: an occurrence of today, missed or not, would be another run.
    const away = new Date(Date.now() + 180 * 86_400_000);
    const { schedule, runs, at } = await scheduled({
      schedule: `0 9 ${Math.min(away.getUTCDate(), 28)} ${away.getUTCMonth() + 1} *`,
    });
    await dueSince(schedule.id, "2 hours");
    expect(await untilEnded(runs, 1)).toMatchObject([{ status: "missed", outcome: "too_late", delivery_id: null }]);
    expect((await harness.bus.call(getSchedule, at)).schedule.next_runs).toEqual(schedule.next_runs);
  });

  it("of a suspended tenant wait; afterwards a run less than an hour late takes place, others are missed", async () => {
    const away = new Date(Date.now() + 180 * 86_400_000);
    const yearly = { schedule: `0 9 ${Math.min(away.getUTCDate(), 28)} ${away.getUTCMonth() + 1} *` };
    const [soon, long, other] = [await scheduled(yearly), await scheduled(yearly), await scheduled(yearly)];
    const operator: Principal = { tenantId: null, role: "owner", via: "token", id: "operator" };
    const suspend = (suspended: boolean) =>
      Promise.all(
        [soon, long].map(({ tenantId: id }) => harness.bus.call(updateTenant, { principal: operator, id, suspended })),
      );
    await suspend(true);
    await Promise.all([dueSince(soon.schedule.id, "10 minutes"), dueSince(long.schedule.id, "2 hours")]);
    // Due later than the two that wait: a look that saw them would have begun them first.
    await dueSince(other.schedule.id, "1 second");
    await untilEnded(other.runs, 1);
    expect([await soon.runs(), await long.runs()]).toEqual([[], []]);
    await suspend(false);
    expect(await untilEnded(soon.runs, 1)).toMatchObject([{ cause: "cron", status: "done" }]);
    expect(await untilEnded(long.runs, 1)).toMatchObject([{ status: "missed", outcome: "too_late" }]);
    expect((await harness.bus.call(getSchedule, long.at)).schedule.next_runs).toEqual(long.schedule.next_runs);
  });

  it("report why an occurrence failed for good", async () => {
    const { at, runs, tenantId } = await scheduled();
    await withPostgresClient(harness.database.adminUrl, (owner) =>
      owner.query("delete from schedule_recipients where tenant_id = $1", [tenantId]),
    );
    await harness.bus.call(runSchedule, at);
    expect(await untilEnded(runs, 1)).toMatchObject([{ status: "failed", outcome: "no_recipients", link_id: null }]);
  });

  it("are validated when they are created and changed", async () => {
    const { principal, at } = await scheduled();
    const refused = (body: Partial<CreateScheduleBody>) =>
      codeOf(harness.bus.call(createSchedule, { principal, body: { ...REFERENCE, ...body } }));
    const { parameters } = REFERENCE;
    expect(await refused({ schedule: "0 9 31 2 *" })).toBe("validation_failed");
    expect(await refused({ parameters: { ...parameters, agent: "nobody" } })).toBe("agent_not_found");
    expect(await refused({ parameters: { ...parameters, template: "none such" } })).toBe("template_not_found");
    expect(await refused({ parameters: { ...parameters, channel: "sms" } })).toBe("channel_unavailable");
    const call = harness.bus.call(createSchedule, {
      principal,
      body: { ...REFERENCE, parameters: { ...parameters, recipients: ["ada@example.com", "x"] } },
    });
    await expect(call).rejects.toMatchObject({ errors: [{ pointer: "/parameters/recipients/1" }] });
    const changed = await harness.bus.call(updateSchedule, { ...at, body: { cron: "@daily", timezone: "UTC" } });
    expect(changed.schedule.next_runs[0]).toMatch(/T00:00:00\.000Z$/);
    await harness.bus.call(deleteSchedule, at);
    expect(await codeOf(harness.bus.call(getSchedule, at))).toBe("schedule_not_found");
  });
});
