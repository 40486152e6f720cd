import { readFile } from "node:fs/promises";
import type { OpenOptions } from "@parley/web-kit/testing";
import { describe, expect, it } from "vitest";
import { type Answers, openAnswering, pageOf } from "./answering.js";
import type { Row } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const TOKEN_ID = "0198a000-0000-7000-8000-0000000000a1";
const entry = (row: Row = {}): Row => ({
  ...{ seq: 42, id: "0198a000-0000-7000-8000-0000000000b1", at: new Date(Date.now() - 300_000).toISOString() },
  actor: { via: "token", id: TOKEN_ID, role: "admin", address: "192.0.2.7" },
  ...{ action: "link.updated", target_type: "link", target_id: "0198a000-0000-7000-8000-000000000002" },
  ...{ request_id: "req_4mzKc", hash: "5f2b51ca".repeat(8) },
  details: {
    before: { is_active: true, max_sessions: 5 },
    after: { is_active: false, max_sessions: 5 },
    other: ["title"],
  },
  ...row,
});
const read = entry({
  ...{ seq: 41, action: "session.transcript.read", target_type: "session", target_id: "text_1", details: {} },
  actor: { via: "user", id: "0198a000-0000-7000-8000-0000gone4711", role: "owner", address: null },
});
const tokens = pageOf({ id: TOKEN_ID, name: "Deploy", role: "admin", hint: "ak_…x7Qz", status: "active" });
const verified = (row: Row = {}): Row => ({
  ...{ intact: true, checked: 42, sealed: 3, head: { seq: 42, hash: "5f2b51ca".repeat(8) }, problems: [] },
  ...{ next_cursor: null, ...row },
});

async function open(answers: Answers = {}, path = "/console/audit", options: OpenOptions = {}) {
  const all = { "GET /audit": pageOf(entry(), read), "GET /tokens": tokens, "GET /keys": pageOf(), ...answers };
  return openAnswering(bench, path, { ...options, surfaces: ["audit", "tokens", "keys"], answers: all });
}

describe.skipIf(skipBrowser)("the audit", () => {
  it("shows who did what, by name where known, and what changed", async () => {
    const { page } = await open();
    const rows = page.getByRole("region", { name: "Entries of the audit" });
    await rows.getByText("Link updated").click();
    const panel = page.getByRole("complementary", { name: "Link updated" });
    await panel.getByText("192.0.2.7").waitFor();
    await panel.getByText("Deploy (token)").waitFor();
    await expect
      .poll(() => panel.getByRole("row").allInnerTexts())
      .toEqual(["Field\tBefore\tAfter", "Is active\tyes\tno"]);
    await panel.getByText("Also changed").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "audit-entry");
    await page.keyboard.press("j");
    const next = page.getByRole("complementary", { name: "Session transcript read" });
    await next.getByText("User …ne4711").waitFor();
    await expect
      .poll(() => next.getByRole("link", { name: "text_1" }).getAttribute("href"))
      .toBe("/console/sessions/text_1");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
  });

  it("queries the server with the filters, including the whole last day, and keeps them in the URL", async () => {
    const { page, sent } = await open();
    await page.getByRole("combobox", { name: "What" }).click();
    await page.getByRole("option", { name: "Conversation read" }).click();
    await page.getByRole("combobox", { name: "Who" }).click();
    await page.getByRole("option", { name: "Deploy (token)" }).click();
    const asked = () => Object.fromEntries(sent.findLast(({ call }) => call === "GET /audit")?.query ?? []);
    await expect.poll(asked).toEqual({ limit: "50", action: "session.*.read", actor_id: TOKEN_ID });
    await page.goto(`${bench.api().url}/console/audit?days=2026-03-01..2026-03-02&thing=link`);
    await expect.poll(asked).toEqual({
      ...{ limit: "50", target_type: "link" },
      ...{ from: "2026-03-01T00:00:00.000Z", to: "2026-03-03T00:00:00.000Z" },
    });
  });

  it("is verified to its end, and inconsistencies are named", async () => {
    const parts: Record<string, Row> = {
      first: verified({ checked: 4_000, sealed: 9, next_cursor: "on" }),
      on: verified({ intact: false, checked: 711, problems: [{ seq: 17, problem: "changed" }] }),
    };
    const { page, sent } = await open({
      "GET /audit/verify": (query: URLSearchParams) => parts[query.get("cursor") ?? "first"],
    });
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The audit has been altered").waitFor();
    await page.getByText("4,711 entries checked").waitFor();
    await page.getByText("Entry 17: its content is not what was written then.").waitFor();
    expect(sent.filter(({ call }) => call === "GET /audit/verify")).toHaveLength(2);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "audit-broken");
    await page.getByRole("button", { name: "Close the result" }).click();
    await expect.poll(() => page.getByText("Entry 17:").count()).toBe(0);
    parts.first = verified({ sealed: 1 });
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The audit is intact").waitFor();
    await page.getByText("42 entries were computed again, and the chain was compared with 1 seal").waitFor();
  });

  it("is exported completely, a thousand lines at a time", async () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, index) => `${JSON.stringify({ seq: from + index + 1 })}\n`).join("");
    const { page, sent } = await open({
      "GET /audit/export": (query: URLSearchParams) =>
        query.get("after") === "0" ? lines(0, 1_000) : lines(1_000, 1_002),
    });
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export JSON lines" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("audit.jsonl");
    expect(await readFile(await saved.path(), "utf8")).toBe(lines(0, 1_002));
    expect(sent.filter(({ call }) => call === "GET /audit/export").map(({ query }) => query.get("after"))).toEqual([
      "0",
      "1000",
    ]);
  });

  it("fits 360 px in dark mode, explains itself when empty, and says when the role is insufficient", async () => {
    const { page } = await open({}, "/console/audit", { width: 360, dark: true });
    await page.getByText("Link updated").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "audit-360-dark");
    const empty = await open({ "GET /audit": pageOf() });
    await empty.page.getByRole("heading", { name: "No entries yet" }).waitFor();
    const refusal = [403, { status: 403, code: "forbidden", detail: "Your role does not allow this." }];
    const viewer = await open({ "GET /audit": refusal, "GET /tokens": refusal, "GET /keys": refusal });
    await viewer.page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
    const down = await open({ "GET /audit": [503, { status: 503, code: "unavailable", detail: "Not now." }] });
    await down.page.getByRole("button", { name: "Try again" }).waitFor();
  });
});
