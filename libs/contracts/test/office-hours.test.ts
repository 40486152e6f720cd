import { describe, expect, it } from "vitest";
import { officeHours, openAt } from "../src/index.js";

const BERLIN = officeHours.parse({
  time_zone: "Europe/Berlin",
  days: {
    monday: [
      { from: "09:00", to: "12:00" },
      { from: "13:00", to: "17:00" },
    ],
    friday: [{ from: "22:00", to: "24:00" }],
  },
});
const at = (iso: string) => openAt(BERLIN, Date.parse(iso));

describe("office hours", () => {
  it.each([
    ["2026-11-02T07:59:59Z", "2026-11-02T08:00:00.000Z"],
    ["2026-11-02T08:00:00Z", null],
    ["2026-11-02T11:00:00Z", "2026-11-02T12:00:00.000Z"],
    ["2026-11-02T16:00:00Z", "2026-11-06T21:00:00.000Z"],
    ["2026-11-06T22:59:59Z", null],
    ["2026-11-06T23:00:00Z", "2026-11-09T08:00:00.000Z"],
    // Summer time ends on Sunday, October 25, 2026: nine o'clock is an hour later by UTC from then on.
    ["2026-10-24T10:00:00Z", "2026-10-26T08:00:00.000Z"],
    ["2026-10-17T10:00:00Z", "2026-10-19T07:00:00.000Z"],
  ])("at %s are closed until %s (null = open)", (now, next) => {
    expect(at(now)).toEqual({ open: next === null, nextOpenAt: next });
  });

  it("are always open when none are configured, and never when they name no day", () => {
    expect(openAt(null, 0)).toEqual({ open: true, nextOpenAt: null });
    expect(openAt({ time_zone: "UTC", days: {} }, 0)).toEqual({ open: false, nextOpenAt: null });
  });

  it.each([
    { time_zone: "Mars/Olympus", days: {} },
    { time_zone: "UTC", days: { monday: [{ from: "9:00", to: "10:00" }] } },
    { time_zone: "UTC", days: { monday: [{ from: "10:00", to: "09:00" }] } },
    { time_zone: "UTC", days: { someday: [] } },
  ])("refuse %j", (given) => {
    expect(officeHours.safeParse(given).success).toBe(false);
  });
});
