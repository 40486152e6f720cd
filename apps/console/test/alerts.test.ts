import { ALERT_KINDS } from "@parley/contracts";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { KINDS } from "../src/alerts/alert-kinds.js";
import { alertRow, deadLetterRow, firingRow } from "./fake-alerts.js";
import { suppressionRow } from "./fake-sending.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const open = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text }).getByText(text).click();

describe("what an alert can watch", () => {
  it("is the same as in the contracts", () => {
    const kinds = Object.entries(KINDS).map(([kind, { threshold, min, max, hours, ofAgent }]) => [
      kind,
      { threshold, min, max, hours, ofAgent },
    ]);
    const told = Object.entries(ALERT_KINDS).map(([kind, { scope, ...numbers }]) => [
      kind,
      { ...numbers, ofAgent: (scope as readonly string[]).includes("agent") },
    ]);
    expect(Object.fromEntries(kinds)).toEqual(Object.fromEntries(told));
  });
});

describe.skipIf(skipBrowser)("alerts", () => {
  it("are created from scratch: what, from which threshold, and who is notified", async () => {
    const page = await bench.open("/console/settings/alerts");
    await page.getByRole("button", { name: "New alert" }).click();
    const drawer = page.getByRole("dialog", { name: "New alert" });
    await drawer.getByRole("combobox", { name: "When" }).click();
    await page.getByRole("option", { name: "Ratings are low" }).click();
    await expect.poll(() => drawer.getByLabel("Below", { exact: true }).inputValue()).toBe("3.5");
    await drawer.getByLabel("Mail to").fill("team@example.com, desk@example.com");
    expect(await axeFindings(page)).toEqual([]);
    await drawer.getByRole("button", { name: "Create alert" }).click();
    const panel = page.getByRole("complementary", { name: "Ratings are low" });
    await panel.getByText("below 3.5 of 5 in 24 hours").waitFor();
    expect(calls("POST /alerts")[0]?.body).toEqual({
      ...{ kind: "rating_below", name: null, threshold: 3.5, window_hours: 24, tell_recovery: true },
      notify: { emails: ["team@example.com", "desk@example.com"], chat_urls: [] },
    });
    expect(calls("POST /alerts")[0]?.headers["idempotency-key"]).toMatch(/\S{8}/);
  });

  it("show firing alerts live, are tested, and are muted instead of deleted", async () => {
    const page = await bench.open("/console/settings/alerts", { prepare: (api) => api.alerts.push(alertRow({})) });
    await open(page, "Budget of a link is nearly spent");
    const panel = page.getByRole("complementary");
    await panel.getByText("It has not fired yet.").waitFor();
    Object.assign(bench.api().alerts[0] ?? {}, { firing: 1 });
    const told = [
      { event: "fired", kind: "mail", target: "t••••@example.com", status: "failed", attempts: 3, outcome: "timeout" },
    ];
    bench.api().firings.push(firingRow({ told }));
    bench.api().live.happen("alert.fired");
    await panel.getByText("81.5 %").waitFor();
    await panel.getByText("t••••@example.com: timeout").waitFor();
    await panel.getByText("Firing").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "alerts-panel");
    await panel.getByRole("button", { name: "Test" }).click();
    await panel.getByText("On its way").waitFor();
    const [test] = bench.api().firings;
    Object.assign(test ?? {}, { told: [{ ...told[0], event: "test", status: "sent", outcome: null }] });
    await panel.getByText("Arrived").waitFor();
    await panel.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByText("Its history goes with it").waitFor();
    await page.getByRole("button", { name: "Mute instead" }).click();
    await panel.getByText("Muted").waitFor();
    expect(calls("DELETE /alerts/:")).toEqual([]);
    expect(calls("PATCH /alerts/:").map(({ body }) => body)).toEqual([{ is_active: false }]);
    await panel.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete alert" }).click();
    await page.getByText("Nobody is notified yet").waitFor();
  });

  it("fit 360 px, and say so to roles that may not see them", async () => {
    const page = await bench.open("/console/settings/alerts", {
      width: 360,
      dark: true,
      prepare: (api) =>
        api.alerts.push(
          alertRow({}),
          alertRow({ id: "0198a000-0000-7000-8000-00000000f002", kind: "waiting_time", threshold: 10, firing: 2 }),
        ),
    });
    await page.getByText("Firing, 2").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await screenshot(page, "alerts-360");
    bench.api().refuse["GET /alerts"] = { status: 403, code: "forbidden", detail: "For editors." };
    await page.reload();
    await page.getByText("Your role does not include this").waitFor();
  });
});

describe.skipIf(skipBrowser)("people who want no more", () => {
  it("are listed, added, and removed after a warning", async () => {
    const page = await bench.open("/console/settings/do-not-contact", {
      prepare: (api) =>
        api.suppressions.push(
          suppressionRow({}),
          suppressionRow({ id: "0198a000-0000-7000-8000-00000000e102", address: null }),
        ),
    });
    await page.getByText("its hash keeps the wish").waitFor();
    await page.getByRole("button", { name: "Add an address" }).click();
    await page.getByLabel("E-mail address").fill("bo@example.com ");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("row").filter({ hasText: "bo@example.com" }).getByText("Added here").waitFor();
    expect(calls("POST /suppressions").map(({ body }) => body)).toEqual([
      { channel: "email", address: "bo@example.com" },
    ]);
    await page.getByRole("button", { name: "Take ada@example.com off the list" }).click();
    await page.getByText("They unsubscribed:").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    bench.api().refuse["DELETE /suppressions/:"] = { status: 403, code: "forbidden", detail: "For admins." };
    await page.getByRole("button", { name: "Take off the list" }).click();
    await page.getByRole("dialog").getByText("For admins.").waitFor();
    bench.api().refuse = {};
    await page.getByRole("button", { name: "Take off the list" }).click();
    await expect.poll(() => page.getByText("ada@example.com").count()).toBe(0);
  });
});

describe.skipIf(skipBrowser)("dead letters", () => {
  it("are read, replayed until answered, and discarded after a warning of what stays", async () => {
    const page = await bench.open("/console/settings/dead-letters?status=waiting", {
      prepare: (api) => api.deadLetters.push(deadLetterRow({})),
    });
    await open(page, "attempts exhausted");
    const panel = page.getByRole("complementary");
    await panel.getByText("Where is my order?").waitFor();
    await panel.getByText("the visitor saw “internal”").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "dead-letter");
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await open(page, "attempts exhausted");
    await panel.getByRole("button", { name: "Discard" }).click();
    await page.getByText("What was said stays in the session's history").waitFor();
    await page.getByRole("button", { name: "Try again instead" }).click();
    await panel.getByText("On its way").waitFor();
    Object.assign(bench.api().deadLetters[0] ?? {}, { status: "replayed" });
    await panel.getByText("Answered").waitFor();
    expect(calls("DELETE /dead-letters/:")).toEqual([]);
    await panel.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    await page.getByText("No dead letters").waitFor();
  });
});
