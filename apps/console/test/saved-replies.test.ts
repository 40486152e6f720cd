import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { ESCALATION_ID, escalationRow, savedReplyRow } from "./fake-inbox.js";
import { sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_live" })];
  api.escalations = [escalationRow({ status: "assigned", mine: true })];
  api.savedReplies = [
    savedReplyRow({ key: "hours", content: "Hello {{visitor_name}}, we open at **nine**. Order {{order}}?" }),
    savedReplyRow({ key: "thanks", content: "You are welcome!", action: "resolve", digit: 2 }),
    savedReplyRow({ key: "house", content: "We come to your house." }),
  ];
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);
const box = (page: Page) => page.getByLabel("Your answer");
const options = (page: Page) => page.getByRole("listbox", { name: "Saved replies" }).getByRole("option");
const keysOf = (page: Page) =>
  options(page).evaluateAll((all) => all.map((one) => one.textContent?.split(/[ A-Z]/)[0]));
async function open(page: Page): Promise<void> {
  await box(page).waitFor();
  await expect.poll(() => sent("GET /saved-replies").length).toBeGreaterThan(0);
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("reply-text");
}

describe.skipIf(skipBrowser)("saved replies in the inbox", () => {
  it("are inserted by a slash and their key, with names filled in and unknown values selected", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await open(page);
    await page.keyboard.type("Hi! /");
    await expect.poll(() => keysOf(page)).toEqual(["/hours", "/house", "/thanks"]);
    await page.keyboard.type("hou");
    await expect.poll(() => keysOf(page)).toEqual(["/hours", "/house"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => box(page).inputValue())
      .toBe("Hi! Hello Ada Lovelace, we open at **nine**. Order {{order}}?");
    expect(sent("POST /escalations/:/reply")).toEqual([]);
    await expect.poll(() => page.evaluate("getSelection().toString()")).toBe("{{order}}");
    await page.keyboard.type("4711");
    await expect.poll(() => box(page).inputValue()).toContain("Order 4711?");
    // A slash within a word is no question for one.
    await box(page).fill("and/or");
    await expect.poll(() => options(page).count()).toBe(0);
    await box(page).fill("/thanks");
    await options(page).first().waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => options(page).count()).toBe(0);
    await page.keyboard.press("Enter");
    await expect.poll(() => sent("POST /escalations/:/reply").map(({ body }) => body.message)).toEqual(["/thanks"]);
  });

  it("answer and resolve by a digit and Enter; merely sending resolves nothing", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await open(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    await page.getByRole("button", { name: "Send and resolve" }).waitFor();
    await expect.poll(() => box(page).inputValue()).toBe("You are welcome!");
    await page.getByRole("button", { name: "Only send" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect.poll(() => sent("POST /escalations/:/reply").length).toBe(1);
    await expect.poll(() => box(page).inputValue()).toBe("");
    expect(sent("POST /escalations/:/resolve")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("2");
    await expect.poll(() => box(page).inputValue()).toBe("You are welcome!");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("reply-text");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "The conversation" }).locator("header").getByText("Resolved").waitFor();
    expect(sent("POST /escalations/:/resolve").map(({ body }) => body)).toEqual([{ end_session: false }]);
    expect(sent("POST /escalations/:/reply")).toHaveLength(2);
  });

  it("transfer the conversation to the operator whom the macro names", async () => {
    const to = "0198a000-0000-7000-8000-000000000099";
    const handsOn = { key: "bills", content: "Mira knows.", action: "transfer", transfer_to: to, digit: 5 };
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, {
      prepare: (api) => {
        prepare(api);
        api.savedReplies.push(savedReplyRow(handsOn));
      },
    });
    await open(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("5");
    await page.getByRole("button", { name: "Send and transfer" }).click();
    await expect.poll(() => sent("POST /escalations/:/transfer").map(({ body }) => body)).toEqual([{ operator: to }]);
    expect(sent("POST /escalations/:/reply").map(({ body }) => body.message)).toEqual(["Mira knows."]);
  });

  it("are shown beside a suggestion of the agent, which can be requested, edited and discarded", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await open(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    await expect.poll(() => box(page).inputValue()).toBe("Your **refund** is on its way.");
    expect(sent("POST /escalations/:/reply")).toEqual([]);
    await page.getByText("The draft took 15 tokens.").waitFor();
    await box(page).fill("Dear Ada,");
    await page.getByRole("button", { name: "Suggest" }).click();
    await expect.poll(() => box(page).inputValue()).toBe("Dear Ada,\n\nYour **refund** is on its way.");
    let letGo = (): void => undefined;
    bench.api().hold = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await box(page).fill("I write myself.");
    await page.getByRole("button", { name: "Suggest" }).click();
    await page.getByText("The agent drafts a reply…").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Suggest" }).waitFor();
    bench.api().hold = null;
    letGo();
    bench.api().refuse["POST /escalations/:/suggest"] = {
      ...{ status: 429, code: "budget_exhausted", detail: "The budget of this link is used up." },
    };
    await page.getByRole("button", { name: "Suggest" }).click();
    await page.getByText("The budget of this link is used up.").waitFor();
    await page.getByRole("button", { name: "Suggest" }).click();
    await expect.poll(() => sent("POST /escalations/:/suggest").length).toBe(5);
    const keys = sent("POST /escalations/:/suggest").map(({ headers }) => headers["idempotency-key"]);
    // The last one asks again for what was refused.
    expect(new Set(keys).size).toBe(4);
    expect(keys[4]).toBe(keys[3]);
    bench.visitor().trouble.length = 0;
    await expect.poll(() => box(page).inputValue()).toBe("I write myself.");
  });

  it("are created, changed and deleted in the settings", async () => {
    const page = await bench.open("/console/settings/replies");
    await page.getByText("No saved reply yet").waitFor();
    await page.getByRole("button", { name: "New saved reply" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Key").fill("hours");
    await dialog.getByLabel("Reply").fill("Open from nine.");
    await dialog.getByLabel("When it was sent").click();
    await page.getByRole("option", { name: "Hand back to the agent" }).click();
    await dialog.getByLabel("Digit").click();
    await page.getByRole("option", { name: "3", exact: true }).click();
    await dialog.getByRole("button", { name: "Save the reply" }).click();
    const row = page.getByRole("row", { name: "/hours" });
    await row.getByText("Hand back to the agent").waitFor();
    expect(sent("POST /saved-replies")[0]?.body).toEqual({
      ...{ key: "hours", content: "Open from nine.", action: "hand_back", transfer_to: null, digit: 3 },
    });
    await row.click();
    const panel = page.getByRole("complementary");
    await panel.getByLabel("Reply").fill("Open from ten.");
    await panel.getByRole("button", { name: "Save", exact: true }).click();
    await row.getByText("Open from ten.").waitFor();
    await panel.getByLabel("When it was sent").click();
    await page.getByRole("option", { name: "Transfer to an operator" }).click();
    await panel.getByRole("button", { name: "Save", exact: true }).click();
    await panel.getByText("Choose somebody.").waitFor();
    await panel.getByLabel("To whom").click();
    await page.getByRole("option", { name: "Second line" }).click();
    await panel.getByRole("button", { name: "Save", exact: true }).click();
    const changed = { action: "transfer", transfer_to: "0198a000-0000-7000-8000-0000000000f2" };
    await expect.poll(() => sent("PATCH /saved-replies/:").at(-1)?.body).toMatchObject(changed);
    await panel.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No saved reply yet").waitFor();
  });

  it("are accessible and fit, wide and light, narrow and dark", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare, reducedMotion: true });
    await open(page);
    await box(page).fill("/");
    await expectGoodLooks(page, "inbox-saved", { shown: options(page).first() });
    await page.goto(`${bench.api().url}/console/settings/replies`);
    await page.getByRole("row", { name: "/hours" }).click();
    await expectGoodLooks(page, "settings-replies", { shown: page.getByRole("complementary").getByLabel("Key") });
  });
});
