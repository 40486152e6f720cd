import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { ESCALATION_ID, escalationRow } from "./fake-inbox.js";
import { sessionRow } from "./rows.js";
import { axeFindings, consoleBench, expectGoodLooks, screenshot, skipBrowser } from "./setup.js";

const bench = consoleBench();
/** Whoever asks again by a clock does within this. */
const POLL_MS = 6_000;
const SETTLED_MS = 1_500;
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_live" })];
  api.escalations = [escalationRow({})];
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);
const open = (page: Page) => page.getByRole("link", { name: "Ada Lovelace" }).click();
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const head = (page: Page) => page.getByRole("region", { name: "The conversation" }).locator("header");
const following = () => expect.poll(() => sent("GET /events").length).toBe(1);
const live = (page: Page) => head(page).getByText("Live", { exact: true }).waitFor();
const words = (page: Page) => page.getByRole("log").locator("[data-words]");

describe.skipIf(skipBrowser)("the inbox", () => {
  it("counts waiting visitors in navigation and tab, shows reason, time and last message, and updates live", async () => {
    const page = await bench.open("/console", { prepare });
    await expect.poll(() => page.title()).toBe("(1) Overview · Parley console");
    await page.getByRole("link", { name: "Inbox 1 waiting" }).click();
    const row = page.getByRole("region", { name: "Conversations" }).getByRole("listitem");
    await expect.poll(() => row.innerText()).toContain("Waiting for a person, 6 min");
    await expect.poll(() => row.innerText()).toContain("A question about a bill");
    await expect.poll(() => row.innerText()).toContain("Is anybody there?");
    await following();
    bench.api().escalations.push(escalationRow({ id: ESCALATION_ID.replace(/9$/, "8"), participant: { name: "Bob" } }));
    bench.api().live.happen("escalation.waiting", { session_id: "text_bob" });
    await page.getByRole("link", { name: "Bob" }).waitFor();
    await expect.poll(() => page.title()).toBe("(2) Inbox · Parley console");
    // What is said in a session of the list changes the list; what is said elsewhere does not.
    Object.assign(bench.api().escalations[0]?.last_message ?? {}, { content: "Hello? Anybody?" });
    bench.api().live.happen("session.turn", { session_id: "text_live" });
    await row.getByText("Hello? Anybody?").waitFor();
    bench.api().escalations = [];
    bench.api().live.happen("escalation.resolved", { session_id: "text_live" });
    await page.getByText("Nobody is waiting").waitFor();
    await expect.poll(() => page.title()).toBe("Inbox · Parley console");
  });

  it("sends no requests while idle, and after a broken stream requests what it may have missed", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await live(page);
    await following();
    await expect.poll(() => sent("GET /escalations/:").length).toBeGreaterThan(2);
    await sleep(SETTLED_MS);
    const asked = () => bench.api().seen.filter(({ call }) => call.startsWith("GET /escalations")).length;
    const before = asked();
    bench.api().live.happen("session.turn", { session_id: "text_elsewhere" });
    await sleep(POLL_MS);
    expect(asked()).toBe(before);
    bench.api().escalations = [];
    bench.api().live.cut();
    await page.getByText("Nobody is waiting").waitFor();
  }, 20_000);

  it("is taken, answered with typing, and handed back with a summary, by keyboard alone", async () => {
    const page = await bench.open("/console/inbox", { prepare });
    await page.getByLabel("Your name").fill("Mira");
    await page.getByLabel("Your name").press("Tab");
    await page.getByRole("link", { name: "Ada Lovelace" }).press("Enter");
    await live(page);
    await page.getByText("Thank you, Ada!").waitFor();
    await button(page, "Take").press("Enter");
    const box = page.getByLabel("Your answer");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("reply-text");
    expect(sent("POST /escalations/:/assign")[0]?.body).toEqual({ name: "Mira" });
    await box.pressSequentially("I am");
    await expect.poll(() => sent("POST /escalations/:/typing").map(({ body }) => body.typing)).toEqual([true]);
    await box.press("Shift+Enter");
    await box.pressSequentially("here.");
    await box.press("Enter");
    await expect.poll(() => words(page).last().innerText()).toBe("I am\nhere.");
    expect(sent("POST /escalations/:/reply").map(({ body }) => body.message)).toEqual(["I am\nhere."]);
    await expect.poll(() => box.inputValue()).toBe("");
    bench.api().live.hint("typing", { who: "visitor", active: true });
    await page.getByText("The visitor is typing…").waitFor();
    const asked = { turn_id: "c.9h0", role: "assistant", part: 0, content: "Is that right?", author: "human" };
    bench.api().live.tell("message", { ...asked, author_name: "Mira", created_at: new Date().toISOString() });
    bench.api().live.hint("read_receipt", { message_id: "c.9h0.0", who: "visitor", at: new Date().toISOString() });
    const spoken = page.getByRole("log").locator("[data-said=person]");
    await expect.poll(() => spoken.last().innerText()).toContain("Seen by the visitor");
    await expect.poll(() => page.getByText("Seen by the visitor").count()).toBe(1);
    await button(page, "Hand back").press("Enter");
    await page.getByLabel("Summary").fill("Bill explained");
    await page.getByRole("dialog").getByRole("button", { name: "Hand back" }).press("Enter");
    await head(page).getByText("Handed back").waitFor();
    expect(sent("POST /escalations/:/hand-back")[0]?.body).toEqual({ summary: "Bill explained" });
    await expect.poll(() => box.count()).toBe(0);
  });

  it("resends an answer under its key when its arrival is unknown", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, {
      prepare: (api) => {
        prepare(api);
        api.escalations = [escalationRow({ status: "assigned", mine: true })];
        api.refuse["POST /escalations/:/reply"] = { status: 503, code: "unavailable", detail: "Later." };
      },
    });
    await page.getByLabel("Your answer").fill("Hello");
    await button(page, "Send").click();
    await page.getByText("Later.").waitFor();
    await expect.poll(() => page.getByLabel("Your answer").inputValue()).toBe("Hello");
    delete bench.api().refuse["POST /escalations/:/reply"];
    bench.visitor().trouble.length = 0;
    await button(page, "Send").click();
    await page.getByRole("log").getByText("Hello", { exact: true }).waitFor();
    const keys = sent("POST /escalations/:/reply").map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("sends files with an answer once uploaded, except refused and removed ones", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await button(page, "Take").click();
    const choose = (name: string) =>
      page.locator("input[type=file]").setInputFiles([{ name, mimeType: "text/plain", buffer: Buffer.from("terms") }]);
    const files = page.getByRole("list", { name: "Files of this message" });
    await page.getByLabel("Your answer").fill("Here you are.");
    bench.api().refuse["POST /sessions/:/files"] = { status: 415, code: "unsupported_media_type", detail: "No." };
    await choose("run.sh");
    await files.getByText("Files of this kind cannot be sent.").waitFor();
    await page.getByLabel("Your answer").press("Enter");
    expect(sent("POST /escalations/:/reply")).toEqual([]);
    bench.api().refuse = {};
    await choose("terms.txt");
    await files.getByRole("listitem").filter({ hasText: "terms.txt" }).waitFor();
    await expect.poll(() => files.getByText("Uploading").count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "inbox-files");
    await button(page, "Remove run.sh").click();
    await page.getByLabel("Your answer").press("Enter");
    await expect.poll(() => sent("POST /escalations/:/reply").length).toBe(1);
    const ids = sent("POST /escalations/:/reply")[0]?.body.files;
    expect(ids).toEqual([expect.stringMatching(/^0198a000-/)]);
    await expect.poll(() => files.count()).toBe(0);
    const keys = sent("POST /sessions/:/files").map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(2);
  });

  it("shows who has it, and transfers to somebody on the list", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, {
      prepare: (api) => {
        prepare(api);
        api.escalations = [
          escalationRow({
            ...{ status: "assigned", assigned_name: "Grace", answer_by_mail: true },
            notices: [
              {
                ...{ kind: "mail", target: "d••••@example.com", status: "failed", attempts: 2, outcome: "refused" },
                ...{ created_at: "2026-01-01T10:00:00.000Z", ended_at: "2026-01-01T10:00:09.000Z" },
              },
            ],
          }),
        ];
      },
    });
    await page.getByText("Grace has this conversation.").waitFor();
    await page.getByText("Mail failed to d••••@example.com (refused)").waitFor();
    await page.getByText("The visitor wants the answer by mail").waitFor();
    await expect.poll(() => page.getByLabel("Your answer").count()).toBe(0);
    await button(page, "Transfer").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Transfer" }).click();
    await dialog.getByText("Choose somebody.").waitFor();
    await dialog.getByLabel("Operator").click();
    await page.getByRole("option", { name: "Desk (you)" }).click();
    await dialog.getByRole("button", { name: "Transfer" }).click();
    await page.getByLabel("Your answer").waitFor();
  });

  it("resolves, and ends the conversation when asked to", async () => {
    const page = await bench.open(`/console/inbox/${ESCALATION_ID}`, { prepare });
    await button(page, "Resolve").click();
    await page.getByText("End the conversation, too").click();
    await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
    await head(page).getByText("Resolved").waitFor();
    expect(sent("POST /escalations/:/resolve")[0]?.body).toEqual({ end_session: true });
  });

  it("receives a running session that is taken over from its page", async () => {
    const page = await bench.open("/console/sessions/text_live", {
      prepare: (api) => {
        prepare(api);
        api.escalations = [];
      },
    });
    await button(page, "Take over").click();
    await page.getByLabel("Your answer").waitFor();
    await page.getByRole("link", { name: "Show in the inbox" }).click();
    await page.getByRole("region", { name: "The conversation" }).getByLabel("Your answer").waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe(`/console/inbox/${ESCALATION_ID}`);
  });

  it("is not offered to roles that may not answer", async () => {
    const page = await bench.open("/console", {
      prepare: (api) => {
        prepare(api);
        api.refuse["GET /escalations/:"] = { status: 403, code: "forbidden", detail: "No." };
      },
    });
    await page.getByText("Latest sessions").waitFor();
    await expect.poll(() => page.getByRole("link", { name: "Inbox" }).count()).toBe(0);
    expect(sent("GET /escalations/:")).toHaveLength(1);
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const page = await bench.open("/console/inbox", { prepare, reducedMotion: true });
    await expectGoodLooks(page, "inbox", { shown: page.getByText("Waiting for a person") });
    await open(page);
    await live(page);
    await button(page, "Take").click();
    await page.getByLabel("Your answer").fill("One moment, I am looking at your bill.");
    await expectGoodLooks(page, "inbox-conversation");
    bench.api().escalations = [];
    await page.goto(`${bench.api().url}/console/inbox`);
    await expectGoodLooks(page, "inbox-empty", { shown: page.getByText("Nobody is waiting") });
  });
});
