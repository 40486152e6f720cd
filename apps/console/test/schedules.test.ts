import type { OpenOptions } from "@parley/web-kit/testing";
import { describe, expect, it } from "vitest";
import { bodyOf, recipientsOf, valuesOf } from "../src/schedules/schedule-body.js";
import { type Answers, openAnswering, pageOf } from "./answering.js";
import { AGENT_ID, agentRow, type Row } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";
import { findingsBesidePopup } from "./ui/gallery.js";

const bench = consoleBench();
const ID = "018f3a5e-7c1b-7d2e-8a4f-00000000000a";
const now = new Date().toISOString();
const NEXT = ["2027-02-01T08:00:00.000Z", "2027-02-02T08:00:00.000Z"];
const schedule = {
  ...{ id: ID, name: "Morning check-in", agent_id: AGENT_ID, cron: "0 9 * * 1-5", timezone: "Europe/Berlin" },
  action: "create_and_send_temp_chat_link" as const,
  parameters: {
    ...{ channel: "email" as const, template: "daily_checkin", expires_in_hours: 4, title: "Good morning" },
    recipients: [{ address: "bob@example.com" }, { address: "ada@example.com", name: "Ada" }],
  },
  ...{ recipients: 2, paused: false, next_runs: NEXT, created_by: "x", created_at: now, updated_at: now },
};
const run = (row: Row = {}): Row => ({
  ...{ id: "r1", occurrence_at: "2027-01-29T08:00:00.000Z", cause: "cron", status: "failed" },
  ...{ outcome: "send_limit_reached", delivery_id: null, link_id: null, created_at: now, ended_at: now },
  ...row,
});
const refused = (status: number, detail: string, errors: unknown[] = []) => [
  status,
  { status, code: "x", detail, errors },
];

async function open(answers: Answers = {}, options: OpenOptions = {}) {
  const all: Answers = {
    "GET /schedules": pageOf(schedule),
    [`GET /schedules/${ID}`]: schedule,
    [`GET /schedules/${ID}/runs`]: pageOf(run()),
    "GET /agents": pageOf(agentRow({})),
    ...answers,
  };
  return openAnswering(bench, "/console/schedules", { ...options, surfaces: ["schedules", "agents"], answers: all });
}

describe("the body of a schedule", () => {
  it("reads recipients line by line, with a name or without", () => {
    expect(recipientsOf('bob@example.com\n\n "Ada L" <ada@example.com> \n<eve@example.com>')).toEqual([
      "bob@example.com",
      { name: "Ada L", address: "ada@example.com" },
      "eve@example.com",
    ]);
  });

  it("keeps fields that the form does not show", () => {
    expect(bodyOf({ ...valuesOf(schedule), hours: null, template: "reminder" }, schedule)).toEqual({
      ...{ name: "Morning check-in", cron: "0 9 * * 1-5", timezone: "Europe/Berlin" },
      parameters: {
        ...{ agent: AGENT_ID, channel: "email", template: "daily_checkin", message_template: "reminder" },
        ...{ title: "Good morning", recipients: ["bob@example.com", { name: "Ada", address: "ada@example.com" }] },
      },
    });
  });
});

it("recognises a custom message, in a new schedule and in a changed one", () => {
  const own = { ...schedule, parameters: { ...schedule.parameters, message_template: "after_stay" } };
  expect(valuesOf(own).template).toBe("after_stay");
  expect(bodyOf({ ...valuesOf(own), hours: null }, own).parameters).toMatchObject({ message_template: "after_stay" });
  expect(bodyOf(valuesOf(own)).parameters).not.toHaveProperty("template");
  expect(bodyOf(valuesOf(own)).parameters).toMatchObject({ message_template: "after_stay" });
});

describe.skipIf(skipBrowser)("schedules", () => {
  it("show their next times in their own zone, and the outcome of each occurrence", async () => {
    const { page } = await open();
    await page.getByRole("row", { name: /Morning check-in/ }).click();
    const panel = page.getByRole("complementary", { name: "Morning check-in" });
    await panel.getByText("At 09:00, Monday through Friday (Europe/Berlin)").waitFor();
    await expect.poll(() => panel.getByRole("list", { name: "Next times" }).innerText()).toMatch(/09:00\n.*09:00/);
    await panel.getByText("send limit reached").waitFor();
    await panel.getByText("2 by E-mail").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "schedule");
  });

  it("are paused, resumed, run by hand and deleted, the least destructive action first", async () => {
    let state = schedule;
    const { page, sent } = await open({
      [`GET /schedules/${ID}`]: () => state,
      [`POST /schedules/${ID}/pause`]: () => {
        state = { ...schedule, paused: true, next_runs: [] };
        return state;
      },
      [`POST /schedules/${ID}/run-now`]: [202, run({ id: "r2", status: "pending", outcome: null })],
      [`DELETE /schedules/${ID}`]: { deleted: true },
    });
    const calls = (name: string) => sent.filter(({ call }) => call === name);
    await page.getByRole("row", { name: /Morning check-in/ }).click();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByText("It runs now.").first().waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Delete Morning check-in?" });
    await dialog.getByRole("button", { name: "Pause" }).click();
    await page.getByText("None while it is paused").waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("button", { name: "Delete schedule" }).click();
    // Behind an open dialog nothing has a role, so the panel would be gone too early.
    for (const call of ["POST %/run-now", "POST %/pause", "DELETE %"])
      await expect.poll(() => calls(call.replace("%", `/schedules/${ID}`)).length).toBe(1);
    await expect.poll(() => dialog.count()).toBe(0);
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
  });

  it("are created in a form that describes the pattern and shows the next five times", async () => {
    let answer: unknown = refused(422, "wrong", [
      { pointer: "/parameters/recipients/0", rule: "x", message: "no address" },
    ]);
    const { page, sent } = await open({ "GET /schedules": pageOf(), "POST /schedules": () => answer });
    await page.getByRole("button", { name: "New schedule" }).click();
    const form = page.getByRole("dialog", { name: "New schedule" });
    await form.getByLabel("Name").fill("Weekly survey");
    await form.getByRole("combobox", { name: "Agent" }).fill("Clin");
    await page.getByRole("option", { name: "Clinic Desk" }).click();
    await form.getByLabel("Pattern").fill("61 9 * * 1");
    await form.getByText("Five fields, such as 0 9 * * 1-5, or @daily.").waitFor();
    await form.getByLabel("Pattern").fill("30 8 * * 1");
    await form.getByText("At 08:30, only on Monday").waitFor();
    await expect.poll(() => form.getByRole("list", { name: "Next five times" }).getByRole("listitem").count()).toBe(5);
    await expect
      .poll(() => form.getByRole("list", { name: "Next five times" }).innerText())
      .toMatch(/(Mon[^\n]*08:30\n?){5}/);
    await form.getByLabel("Recipients").fill("nobody");
    expect(await findingsBesidePopup(page)).toEqual([]);
    await screenshot(page, "schedule-form");
    await form.getByRole("button", { name: "Create schedule" }).click();
    await form.getByText("no address").waitFor();
    answer = [201, schedule];
    await form.getByLabel("Recipients").fill("Ada <ada@example.com>");
    await form.getByRole("button", { name: "Create schedule" }).click();
    await expect.poll(() => form.count()).toBe(0);
    expect(sent.findLast(({ call }) => call === "POST /schedules")?.body).toEqual({
      ...{ name: "Weekly survey", cron: "30 8 * * 1", timezone: "UTC", action: "create_and_send_temp_chat_link" },
      parameters: {
        ...{ agent: AGENT_ID, channel: "email", template: "daily_checkin", expires_in_hours: 4 },
        recipients: [{ name: "Ada", address: "ada@example.com" }],
      },
    });
  });

  it("fit 360 px in dark mode, and say when the role is insufficient", async () => {
    const { page } = await open({}, { width: 360, dark: true });
    await page.getByText("Morning check-in").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "schedules-360-dark");
    const viewer = await open({ "GET /schedules": refused(403, "Your role does not allow this.") });
    await viewer.page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
  });
});
