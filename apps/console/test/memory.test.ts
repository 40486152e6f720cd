import type { OpenOptions } from "@parley/web-kit/testing";
import { describe, expect, it } from "vitest";
import { rowName } from "../src/memory/row-name.js";
import { type Answers, openAnswering, pageOf } from "./answering.js";
import { agentRow, type Row } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const EMAIL = "ada@example.com";
const now = new Date().toISOString();
const AT = `/agents/clinic-desk/memory/${EMAIL}`;
const memory = (row: Row = {}): Row => ({
  ...{ address: EMAIL, summary: "Asks about MRI appointments.", notes: "Prefers mornings.", revision: 4 },
  ...{ updated_at: now, ...row },
});
const change = (row: Row = {}): Row => ({
  ...{ revision: 4, at: now, source: "person", actor: "tok_9f2", session_id: null, restored_from: null },
  before: { summary: "Asks about MRI appointments.", notes: null },
  after: { summary: "Asks about MRI appointments.", notes: "Prefers mornings." },
  ...row,
});
const first = change({
  ...{ revision: 3, source: "summary", actor: null, session_id: "text_1", before: null },
  after: { summary: "Asks about MRI appointments.", notes: null },
});
const refused = (status: number, detail: string) => [status, { status, code: "x", detail }];

async function open(answers: Answers = {}, options: OpenOptions = {}, path = "/console/memory") {
  const all: Answers = {
    "GET /agents": pageOf(agentRow({}), agentRow({ slug: "sales", name: "Sales" })),
    "GET /agents/clinic-desk/memory": pageOf({ address: EMAIL, updated_at: now }),
    "GET /agents/sales/memory": pageOf(),
    [`GET ${AT}`]: memory(),
    [`GET ${AT}/history`]: pageOf(change(), first),
    ...answers,
  };
  return openAnswering(bench, path, { ...options, surfaces: ["agents"], answers: all });
}

describe.skipIf(skipBrowser)("what agents remember", () => {
  it("is corrected under the revision that was read, and reports a concurrent change", async () => {
    let answer: unknown = refused(409, "Somebody has written meanwhile.");
    const { page, sent } = await open({ [`PUT ${AT}`]: () => answer });
    await page.getByRole("row", { name: /ada@example/ }).click();
    const panel = page.getByRole("complementary", { name: EMAIL });
    await expect.poll(() => panel.getByLabel("Summary").inputValue()).toBe("Asks about MRI appointments.");
    await page.getByText("This holds now").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "memory");
    await panel.getByLabel("Notes").fill("Prefers evenings.");
    await panel.getByRole("button", { name: "Save" }).click();
    await panel.getByText("Somebody has written meanwhile.").waitFor();
    answer = memory({ notes: "Prefers evenings.", revision: 5 });
    await panel.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved. It holds from the next message on.").first().waitFor();
    expect(sent.findLast(({ call }) => call === `PUT ${AT}`)?.body).toEqual({
      ...{ summary: "Asks about MRI appointments.", notes: "Prefers evenings.", revision: 4 },
    });
  });

  it("has a history whose states can be restored, and is forgotten after a warning", async () => {
    const { page, sent } = await open({ [`POST ${AT}/undo`]: memory({ revision: 5 }), [`DELETE ${AT}`]: { ok: true } });
    await page.getByRole("row", { name: /ada@example/ }).click();
    await page.getByText("This holds now").waitFor();
    await expect
      .poll(() => page.getByRole("link", { name: "From a conversation" }).getAttribute("href"))
      .toBe("/console/sessions/text_1");
    await page.getByRole("button", { name: "Bring back revision 3" }).click();
    await page.getByText("Brought back.").first().waitFor();
    expect(sent.find(({ call }) => call === `POST ${AT}/undo`)?.body).toEqual({ to: 3, revision: 4 });
    await page.getByRole("button", { name: "Forget this person" }).click();
    await page.getByText("cannot be brought back").waitFor();
    await page.getByRole("button", { name: "Forget", exact: true }).click();
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
    await expect.poll(() => sent.some(({ call }) => call === `DELETE ${AT}`)).toBe(true);
  });

  it("is found by a complete address, created by hand, and shown by agent", async () => {
    const { page, sent } = await open({ "PUT /agents/sales/memory/bob@example.com": memory({ revision: 1 }) });
    await page.getByRole("searchbox", { name: "Address" }).fill("ada@example.com");
    await expect.poll(() => sent.some(({ call }) => call === `GET ${AT}`)).toBe(true);
    // No address stands in the line that histories keep.
    await page.getByRole("row", { name: /ada@example/ }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe("");
    await page.getByRole("searchbox", { name: "Address" }).fill("nobody@example.com");
    await page.getByRole("heading", { name: "Nothing matches these filters" }).waitFor();
    await page.getByRole("combobox", { name: "Agent" }).fill("Sal");
    await page.getByRole("option", { name: "Sales" }).click();
    await page.getByRole("heading", { name: "This agent has no memories yet" }).waitFor();
    await page.getByRole("button", { name: "Note about somebody" }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill("bob@example.com");
    await page.getByRole("dialog").getByLabel("Notes").fill("Speaks French.");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(sent.find(({ call }) => call.startsWith("PUT "))?.body).toEqual({ notes: "Speaks French." });
  });

  it("is found by a former address of the person, who can be removed from it", async () => {
    const { page, sent } = await open({}, {}, `/console/memory?address=${encodeURIComponent(EMAIL)}`);
    await page.getByRole("row", { name: /ada@example/ }).waitFor();
    await expect.poll(() => page.getByRole("searchbox", { name: "Address" }).inputValue()).toBe(EMAIL);
    await expect.poll(() => new URL(page.url()).search).toBe("");
    expect(sent.some(({ call }) => call === `GET ${AT}`)).toBe(true);
    await page.getByRole("row", { name: /ada@example/ }).click();
    await page.getByText("This holds now").waitFor();
    await expect.poll(() => page.url()).not.toContain("ada");
  });

  it("fits 360 px in dark mode, and says when the role is insufficient", async () => {
    const { page } = await open({}, { width: 360, dark: true }, `/console/memory?peek=${rowName(EMAIL)}`);
    await page.getByText("This holds now").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "memory-360-dark");
    const viewer = await open({ "GET /agents/clinic-desk/memory": refused(403, "Your role does not allow this.") });
    await viewer.page.getByRole("heading", { name: "Your role does not include this" }).waitFor();
    await expect.poll(() => viewer.page.getByRole("button", { name: "Note about somebody" }).count()).toBe(0);
  });
});
