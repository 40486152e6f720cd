import { readFile } from "node:fs/promises";
import type { OpenOptions } from "@parley/web-kit/testing";
import { describe, expect, it } from "vitest";
import { type Answers, openAnswering, pageOf } from "./answering.js";
import { agentRow, type Row, sessionRow } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";
import { findingsBesidePopup } from "./ui/gallery.js";

const bench = consoleBench();
const ID = "018f3a5e-7c1b-7d2e-8a4f-000000000007";
const EMAIL = "ada@example.com";
const now = new Date().toISOString();
const receipt = {
  ...{ version: 1, erasure_id: ID, tenant_id: ID, subject: { kind: "email", hash: "5d41402a".repeat(8) } },
  ...{ requested_at: now, erased_before: now, done_at: now, signature: "hmac-sha256:5d41" },
  stores: [
    {
      ...{ store: "chat_sessions", removed: { sessions: 2, messages: 14 }, remaining: 0, checked_at: now },
      check: "Counted what is left of the content of these sessions.",
    },
  ],
};
const erasure = (row: Row = {}): Row => ({
  ...{ id: ID, subject: receipt.subject, state: "done", cause: "request", requested_by: "token:018f3a5e" },
  ...{ requested_at: now, started_at: now, done_at: now, receipt },
  progress: {
    ...{ step: null, steps_done: 14, steps: 14, repeated: 0 },
    removed: { chat_sessions: { sessions: 2, messages: 14 } },
  },
  ...row,
});
const running = erasure({
  ...{ state: "running", done_at: null, receipt: null },
  progress: { step: "traces", steps_done: 5, steps: 14, repeated: 1, removed: { chat_sessions: { messages: 14 } } },
});
const refused = (status: number, detail: string) => [status, { status, code: "x", detail }];

async function open(answers: Answers = {}, options: OpenOptions = {}) {
  const all: Answers = {
    "GET /privacy/erasures": pageOf(erasure()),
    [`GET /privacy/erasures/${ID}`]: erasure(),
    "GET /agents": pageOf(agentRow({}), agentRow({ id: ID, slug: "sales", name: "Sales" })),
    [`GET /agents/sales/memory/${EMAIL}`]: { address: EMAIL, summary: "x", notes: null, revision: 1, updated_at: now },
    "GET /sessions": pageOf(sessionRow({}), sessionRow({ session_id: "text_2", status: "completed" })),
    ...answers,
  };
  const surfaces = ["privacy", "agents", "sessions"];
  return openAnswering(bench, "/console/privacy", { ...options, surfaces, answers: all });
}

describe.skipIf(skipBrowser)("privacy", () => {
  it("erases a person: preview, the address typed, progress across the stores, a receipt", async () => {
    const rows: Row[] = [];
    let state = running;
    const { page, sent } = await open({
      "GET /privacy/erasures": () => pageOf(...rows),
      [`GET /privacy/erasures/${ID}`]: () => state,
      "POST /privacy/erasure": () => {
        rows.push(running);
        return [202, running];
      },
      "POST /privacy/erasures/verify": { valid: true, finding: "genuine", erasure_id: ID },
    });
    await page.getByRole("heading", { name: "No erasures yet" }).waitFor();
    await page.getByRole("button", { name: "Erase a person" }).press("Enter");
    await page.getByRole("dialog", { name: "Erase a person" }).getByLabel("E-mail address").fill(` ${EMAIL}`);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: `Erase ${EMAIL}?` });
    await dialog.getByText("2 sessions go with messages").waitFor();
    await dialog.getByText("1 of them is running and will end at once.").waitFor();
    await dialog.getByText("Sales will not remember this person any more.").waitFor();
    // The overview, which was open before, may have asked for sessions too.
    const asked = sent.filter(({ call }) => call === "GET /sessions").map(({ query }) => query.get("participant"));
    expect(asked).toContain(EMAIL);
    expect(await findingsBesidePopup(page)).toEqual([]);
    await screenshot(page, "privacy-erase");
    const erase = dialog.getByRole("button", { name: "Erase for good" });
    await expect.poll(() => erase.isDisabled()).toBe(true);
    await dialog.getByLabel(`Type “${EMAIL}” to go on`).fill(EMAIL);
    await erase.click();
    const panel = page.getByRole("complementary", { name: "Erasure of a person" });
    await panel.getByText("5 of 14 steps; in hand: traces.").waitFor();
    await panel.getByText("Something was left, so the search began again.").waitFor();
    expect(sent.filter(({ call }) => call === "POST /privacy/erasure").map(({ body }) => body)).toEqual([
      { email: EMAIL },
    ]);
    state = erasure();
    rows[0] = state;
    await panel.getByText("Counted what is left").waitFor();
    await page.getByRole("row", { name: /A person .* Done/ }).waitFor();
    const saving = page.waitForEvent("download");
    await panel.getByRole("button", { name: "Download" }).click();
    expect(JSON.parse(await readFile(await (await saving).path(), "utf8"))).toEqual(receipt);
    await panel.getByRole("button", { name: "Verify" }).click();
    await panel.getByText("The receipt is genuine").waitFor();
    expect(sent.at(-1)?.body).toEqual(receipt);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "privacy-receipt");
  });

  it("searches again for restored data, and verifies a receipt from a file", async () => {
    const found = { checked_at: now, clean: false, found: { memory: { memories: 1 } } };
    const { page } = await open({
      [`GET /privacy/erasures/${ID}`]: (query: URLSearchParams) =>
        query.get("check") === "true" ? { ...erasure(), check: found } : erasure(),
      "POST /privacy/erasures/verify": { valid: false, finding: "altered", erasure_id: ID },
    });
    const file = (text: string) => ({ name: "r.json", mimeType: "application/json", buffer: Buffer.from(text) });
    const input = page.getByRole("region", { name: "Verify a receipt" }).locator("input");
    await input.setInputFiles(file("no receipt"));
    await page.getByText("This file is no receipt.").first().waitFor();
    await input.setInputFiles(file(JSON.stringify(receipt)));
    await page.getByText("The receipt is not valid here").waitFor();
    await page.getByText("it was changed, or signed with another key").waitFor();
    await page.getByRole("row", { name: /A person/ }).click();
    await page.getByRole("button", { name: "Search again" }).click();
    await page.getByText("Data has reappeared").waitFor();
    await page.getByText("memory: 1 memories").waitFor();
  });

  it("exports a person's data as a file, and shows in the dialog why it cannot", async () => {
    let answer: unknown = refused(422, "This is no address.");
    const { page } = await open({ "POST /privacy/export": () => answer });
    await page.getByRole("button", { name: "Export a person" }).click();
    await page.getByLabel("E-mail address").fill(EMAIL);
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByText("This is no address.").waitFor();
    answer = "PK-zip";
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("ada-example-com.zip");
    expect(await readFile(await saved.path(), "utf8")).toBe("PK-zip");
  });

  it("fits 360 px in dark mode, and offers nothing without the right", async () => {
    const { page } = await open({}, { width: 360, dark: true });
    await page.getByRole("row", { name: /A person/ }).click();
    await page.getByRole("heading", { name: "Receipt" }).waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "privacy-360-dark");
    const viewer = await open({ "GET /privacy/erasures": refused(403, "Your role does not allow this.") });
    await viewer.page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
    await expect.poll(() => viewer.page.getByRole("button", { name: "Erase a person" }).count()).toBe(0);
  });
});
