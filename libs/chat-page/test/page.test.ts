import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeSession, FakeTurn } from "./fake-session.js";
import { skipBrowser, useBench } from "./setup.js";

const SCRIPT_BUDGET_BYTES = 60 * 1024;
const bench = useBench();

const field = (page: Page) => page.getByLabel("Your message");
const answers = (page: Page) => page.locator(".message.agent .prose");
const own = (page: Page) => page.locator(".message.own .bubble");
const log = (page: Page) => page.getByRole("log");

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

async function session(): Promise<FakeSession> {
  await expect.poll(() => bench.api().session).not.toBeNull();
  const made = bench.api().session;
  if (!made) throw new Error("no session");
  return made;
}

async function nextTurn(made: FakeSession, number = 1): Promise<FakeTurn> {
  await expect.poll(() => made.turns.length).toBeGreaterThanOrEqual(number);
  const turn = made.turns[number - 1];
  if (!turn) throw new Error("no turn");
  return turn;
}

describe.skipIf(skipBrowser)("chat page", () => {
  it("keeps its scripts within the budget and its document free of inline code", () => {
    const assets = join(bench.dist(), "assets");
    const scripts = readdirSync(assets).filter((file) => file.endsWith(".js"));
    const bytes = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);
    expect(scripts.every((file) => /-[\w-]{8}\.js$/.test(file))).toBe(true);
    expect(bytes).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES);
    const html = readFileSync(join(bench.dist(), "index.html"), "utf8");
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  it("streams an answer, shows the visitor's message once and reads the answer out once", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello, I’m Ivy. **How can I help?**");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello, I’m Ivy. How can I help?"]);
    await say(page, "When do you open?");
    expect(await own(page).allInnerTexts()).toEqual(["When do you open?"]);
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "We open at ");
    await expect.poll(() => answers(page).last().innerText()).toBe("We open at ");
    expect(await page.locator(".prose.streaming").count()).toBe(1);
    expect(await log(page).innerText()).not.toContain("We open");
    made.delta(turn.turnId, 11, "**eight**.");
    made.delta(turn.turnId, 11, "**eight**.");
    await expect.poll(() => answers(page).last().innerText()).toBe("We open at eight.");
    made.finish(turn.turnId, "We open at **eight**.");
    await expect.poll(() => page.locator(".prose.streaming").count()).toBe(0);
    expect(await answers(page).count()).toBe(2);
    expect(await own(page).count()).toBe(1);
    expect(await log(page).locator("p").allInnerTexts()).toEqual([
      "Hello, I’m Ivy. How can I help?",
      "We open at eight.",
    ]);
    expect(bench.api().posts).toHaveLength(1);
  });

  it("shows the parts of an answer one under the other, also after a reload", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Welcome.", "I’m Ivy.");
    await say(page, "Hi");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "Let me ");
    made.finish(turn.turnId, "Let me look.", "Found it.");
    const all = ["Welcome.", "I’m Ivy.", "Let me look.", "Found it."];
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(all);
    expect(await log(page).locator("p").allInnerTexts()).toEqual(all);
    await page.reload();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(all);
    expect(await page.locator(".message").nth(2).innerText()).toContain("Hi");
  });

  it("stops waiting when a turn is over without a word", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Hello?");
    await page.locator(".thinking").waitFor();
    made.finish((await nextTurn(made)).turnId);
    await expect.poll(() => page.locator(".thinking").count()).toBe(0);
    expect(await answers(page).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Send again" }).count()).toBe(0);
  });

  it("gets a session that it can enter when the answer to its creation was lost", async () => {
    const page = await bench.open({}, (api) => {
      api.loseNextCreation = true;
    });
    await say(page, "In?");
    await expect.poll(() => bench.api().session?.turns.map((turn) => turn.text)).toEqual(["In?"]);
    expect(bench.api().creationKeys[0]).toBe(bench.api().creationKeys[1]);
  });

  it("replaces what an earlier attempt said and orders pieces that overtook each other", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Go");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "First try, abandoned");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["First try, abandoned"]);
    made.delta(turn.turnId, 7, "try", 2);
    made.delta(turn.turnId, 0, "Second ", 2);
    made.delta(turn.turnId, 20, "late", 1);
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Second try"]);
  });

  it("goes on without gap or repetition when the stream is cut in the middle of an answer", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Tell me more");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "One, two, ");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["One, two, "]);
    made.cut();
    made.delta(turn.turnId, 10, "three, ");
    await expect.poll(() => bench.api().streamsOpened).toBeGreaterThan(1);
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["One, two, three, "]);
    made.cut();
    made.finish(turn.turnId, "One, two, three, four.");
    await expect.poll(() => answers(page).allInnerTexts(), { timeout: 8_000 }).toEqual(["One, two, three, four."]);
    expect(await own(page).count()).toBe(1);
    expect(await log(page).locator("p").allInnerTexts()).toEqual(["One, two, three, four."]);
  });

  it("takes the whole state when its place in the stream is unknown to the server", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    made.newEpoch();
    made.cut();
    await expect.poll(() => bench.api().streamsOpened).toBeGreaterThan(1);
    await say(page, "Still there?");
    const turn = await nextTurn(made);
    made.finish(turn.turnId, "Yes.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello", "Yes."]);
    expect(await own(page).allInnerTexts()).toEqual(["Still there?"]);
  });

  it("polls when streams do not get through, and sends all the same", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 99;
    });
    const made = await session();
    await expect.poll(() => bench.api().polls, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(() => page.locator(".connection").innerText()).toBe("Online");
    await say(page, "Hi");
    const turn = await nextTurn(made);
    made.finish(turn.turnId, "Polled.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Polled."]);
    expect(await own(page).count()).toBe(1);
  });

  it("takes a plain answer while there is no stream", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 1;
    });
    const made = await session();
    made.onTurn = (turn) => made.finish(turn.turnId, "Directly.");
    await say(page, "Hi");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Directly."]);
    await expect.poll(() => page.locator(".connection").innerText(), { timeout: 8_000 }).toBe("Online");
    expect(await answers(page).allInnerTexts()).toEqual(["Directly."]);
    expect(await log(page).locator("p").count()).toBe(1);
  });

  it("queues messages while offline and sends each exactly once, in order", async () => {
    const page = await bench.open();
    const made = await session();
    await expect.poll(() => page.locator(".connection").innerText()).toBe("Online");
    await bench.visitor().context.setOffline(true);
    await page.getByText("You’re offline.").waitFor();
    await say(page, "First");
    await say(page, "Second");
    expect(await page.getByText("Waiting to be sent").count()).toBe(2);
    expect(bench.api().posts).toHaveLength(0);
    await bench.visitor().context.setOffline(false);
    await expect.poll(() => made.turns.map((turn) => turn.text)).toEqual(["First", "Second"]);
    for (const turn of made.turns) made.finish(turn.turnId, `Re: ${turn.text}`);
    await expect.poll(() => page.locator(".message").count()).toBe(4);
    expect(await own(page).allInnerTexts()).toEqual(["First", "Second"]);
    expect(new Set(bench.api().posts.map((post) => post.clientMessageId)).size).toBe(2);
  });

  it("repeats a message whose answer got lost under the same id, so that it counts once", async () => {
    const page = await bench.open();
    const made = await session();
    // The stream stays away as well, otherwise the message would come back by that way first.
    bench.api().refuseStreams = 99;
    bench.api().loseNextAnswer = true;
    made.cut();
    await say(page, "Only once");
    await expect.poll(() => bench.api().posts.length, { timeout: 5_000 }).toBe(2);
    expect(bench.api().posts[0]?.clientMessageId).toBe(bench.api().posts[1]?.clientMessageId);
    expect(made.turns).toHaveLength(1);
    expect(await own(page).count()).toBe(1);
  });

  it("keeps draft, conversation and unsent messages over a reload, without a second session", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    bench.api().down = true;
    made.cut();
    await say(page, "Survives");
    await field(page).fill("half a thou");
    bench.api().down = false;
    await page.reload();
    await expect.poll(() => field(page).inputValue()).toBe("half a thou");
    await expect.poll(() => made.turns.map((turn) => turn.text)).toEqual(["Survives"]);
    expect(await own(page).allInnerTexts()).toEqual(["Survives"]);
    expect(await log(page).locator("p").count()).toBe(0);
    expect(bench.api().sessionsCreated).toBe(1);
    const stored = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie");
    expect(stored).not.toMatch(/pl_|ps_/);
  });

  it("waits as long as the server asks and then sends by itself", async () => {
    const page = await bench.open();
    const made = await session();
    bench.api().sendProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 1 }];
    await say(page, "Too quick");
    await page.getByText(/That was quick/).waitFor();
    await expect.poll(() => made.turns.length, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => page.getByText(/That was quick/).count()).toBe(0);
    expect(new Set(bench.api().posts.map((post) => post.clientMessageId)).size).toBe(1);
  });

  it("offers to send again when a turn failed", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Please");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "Half an ans");
    made.fail(turn.turnId, "model_unavailable");
    await page.getByText("No answer came.").waitFor();
    expect(await answers(page).count()).toBe(0);
    await page.getByRole("button", { name: "Send again" }).click();
    const second = await nextTurn(made, 2);
    made.finish(second.turnId, "Now it works.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Now it works."]);
  });

  it("works by keyboard alone and leaves Enter to an input method", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.type("line one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("line two");
    await field(page).dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
    expect(made.turns).toHaveLength(0);
    await page.keyboard.press("Enter");
    const turn = await nextTurn(made);
    expect(turn.text).toBe("line one\nline two");
    made.finish(turn.turnId, "Fine.");
    await expect.poll(() => answers(page).count()).toBe(2);
    expect(await page.evaluate("document.activeElement?.id")).toBe("compose");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("Fine.");
  });

  it("starts a new conversation after asking, and ends the old one", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Old");
    made.finish((await nextTurn(made)).turnId, "Old answer");
    await expect.poll(() => answers(page).count()).toBe(1);
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("button", { name: "Start new" }).click();
    await expect.poll(() => bench.api().sessionsCreated).toBe(2);
    expect(made.ended).toBe(true);
    await expect.poll(() => page.locator(".message").count()).toBe(0);
    await say(page, "New");
    await expect.poll(() => bench.api().session?.turns.map((turn) => turn.text)).toEqual(["New"]);
  });

  it("says that the conversation ended and takes no more messages", async () => {
    const page = await bench.open();
    const made = await session();
    made.end("idle_timeout");
    await page.getByText("This conversation has timed out").waitFor();
    expect(await field(page).count()).toBe(0);
    const streams = bench.api().streamsOpened;
    await page.reload();
    await page.getByText("This conversation has ended").waitFor();
    expect(bench.api().streamsOpened).toBe(streams);
    await page.getByRole("button", { name: "New conversation" }).click();
    await field(page).waitFor();
    expect(bench.api().sessionsCreated).toBe(2);
  });

  it("warns when few messages are left and explains when none are", async () => {
    const page = await bench.open();
    const made = await session();
    made.remaining = 1;
    made.quota();
    await page.locator(".few", { hasText: "1 message left" }).waitFor();
    await say(page, "The last one");
    made.finish((await nextTurn(made)).turnId, "Bye.");
    await page.getByText("No messages left").waitFor();
    expect(await field(page).count()).toBe(0);
  });

  it("refuses a message that is too long, in words, and keeps it", async () => {
    const page = await bench.open({}, (api) => {
      api.link.limits = { max_message_length: 10 };
    });
    await field(page).fill("12345678901😀");
    await page.getByText("2 characters too many").waitFor();
    await field(page).press("Enter");
    expect(await page.getByRole("button", { name: "Send message" }).isDisabled()).toBe(true);
    expect(await own(page).count()).toBe(0);
    expect(await field(page).inputValue()).toBe("12345678901😀");
  });

  it("follows the newest text until the reader scrolls up", async () => {
    const page = await bench.open({ height: 600 });
    const made = await session();
    const long = (label: string) => Array.from({ length: 30 }, (_, line) => `${label} ${line}`).join("\n\n");
    made.greet(long("Line"));
    const toEnd = "document.scrollingElement.scrollHeight - innerHeight - scrollY";
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => page.evaluate<number>(toEnd)).toBeLessThan(4);
    await page.mouse.move(400, 300);
    await page.mouse.wheel(0, -900);
    const jump = page.getByRole("button", { name: "Newest messages" });
    await jump.waitFor();
    const before = await page.evaluate<number>("scrollY");
    made.delta("turn-9", 0, long("More"));
    await expect.poll(() => answers(page).count()).toBe(2);
    expect(await page.evaluate<number>("scrollY")).toBe(before);
    await jump.click();
    await expect.poll(() => page.evaluate<number>(toEnd)).toBeLessThan(4);
    await expect.poll(() => jump.count()).toBe(0);
  });

  it("tries again by itself when the server is away at the start", async () => {
    const page = await bench.open({}, (api) => {
      api.down = true;
    });
    await page.getByText("The chat can’t be reached").waitFor();
    bench.api().down = false;
    await field(page).waitFor({ timeout: 8_000 });
  });

  it("speaks the language of the link before that of the browser", async () => {
    const page = await bench.open({ locale: "en-GB" }, (api) => {
      api.link.branding = { locale: "de-AT" };
    });
    await page.getByLabel("Ihre Nachricht").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
  });
});
