import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { ESCALATION_ID, escalationRow, noteRow } from "./fake-inbox.js";
import { sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_live" })];
  api.escalations = [escalationRow({})];
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);
const notes = (page: Page) => page.getByRole("log").locator("[data-said=note]");
const following = () => expect.poll(() => sent("GET /events").length).toBe(1);

describe.skipIf(skipBrowser)("notes of the team", () => {
  it("are written by keyboard in the inbox, shown among the messages, and appear when a colleague writes one", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await page.getByText("Thank you, Ada!").waitFor();
    await following();
    await page.keyboard.press("n");
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("TEXTAREA");
    await page.keyboard.type("Knows **Bob**");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => notes(page).locator("strong").allInnerTexts()).toContain("Bob");
    expect(sent("POST /sessions/:/notes").map(({ body }) => body)).toEqual([{ content: "Knows **Bob**" }]);
    await expect.poll(() => page.getByLabel("Note for the team").count()).toBe(0);
    bench.api().notes.push(noteRow({ author_name: "Mira", content: "I call her.", mine: false }));
    bench.api().live.happen("note.added", { session_id: "text_live" });
    await notes(page).getByText("I call her.").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Remove this note" }).count()).toBe(1);
    await page.getByRole("button", { name: "Remove this note" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect.poll(() => notes(page).count()).toBe(1);
  });

  it("keep text and key when saving fails, and are shown on the page of an ended session", async () => {
    const at = new Date().toISOString();
    const page = await bench.open("/console/sessions/text_live", {
      prepare: (api) => {
        prepare(api);
        api.escalations = [];
        Object.assign(api.sessions[0] ?? {}, { status: "completed", ended_at: at, end_reason: "idle" });
        api.notes = [noteRow({})];
        api.refuse["POST /sessions/:/notes"] = { status: 503, code: "unavailable", detail: "Later." };
      },
    });
    await notes(page).getByText("has complained before").waitFor();
    await page.getByRole("button", { name: "Add a note for the team" }).click();
    await page.getByLabel("Note for the team").fill("Paid.");
    await page.getByRole("button", { name: "Save the note" }).click();
    await page.getByText("Later.").waitFor();
    delete bench.api().refuse["POST /sessions/:/notes"];
    bench.visitor().trouble.length = 0;
    await page.getByRole("button", { name: "Save the note" }).click();
    await notes(page).getByText("Paid.").waitFor();
    const keys = sent("POST /sessions/:/notes").map(({ headers }) => headers["idempotency-key"]);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  });

  it("are accessible and fit, wide and light, narrow and dark", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, {
      reducedMotion: true,
      prepare: (api) => {
        prepare(api);
        api.notes = [noteRow({ content: `See https://example.com/${"long".repeat(40)}` }), noteRow({ mine: false })];
      },
    });
    await notes(page).first().waitFor();
    await page.getByRole("button", { name: "Add a note for the team" }).click();
    await page.getByLabel("Note for the team").fill("Careful.");
    await expectGoodLooks(page, "inbox-notes");
  });
});
