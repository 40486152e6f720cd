import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, log, nextTurn, own, say, sessionOf } from "./talk.js";

const SCRIPT_BUDGET_BYTES = 45 * 1024;
/** A later try for a part of the code gives it another address. */
const MARKDOWN = /\/markdown-[\w-]+\.js(\?again=\d+)?$/;
const bench = useBench();
const session = () => sessionOf(bench);

describe.skipIf(skipBrowser)("chat page", () => {
  it("keeps its scripts within the budget and its document free of inline code", () => {
    const assets = join(bench.dist(), "assets");
    const scripts = readdirSync(assets).filter((file) => file.endsWith(".js"));
    const source = (file: string): string => readFileSync(join(assets, file), "utf8");
    const bytes = (file: string): number => gzipSync(source(file)).length;
    const languages = scripts.filter((file) => /^[a-z]{2}-/.test(file));
    const html = readFileSync(join(bench.dist(), "index.html"), "utf8");
    // What the document names and, from there, every import that is not put off until it is needed.
    const page = scripts.filter((file) => html.includes(file));
    for (const file of page) {
      const imports = [...source(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)].map(
        ([, name]) => name ?? "",
      );
      page.push(...imports.filter((name) => !page.includes(name)));
    }
    expect(page.length).toBeGreaterThan(0);
    expect(page.filter((file) => /^(entry-|proof|panel|markdown)/.test(file))).toEqual([]);
    expect(scripts.every((file) => /-[\w-]{8}\.js$/.test(file))).toBe(true);
    expect(languages).toHaveLength(14);
    // A first visit loads the page and at most one language.
    const first = page.reduce((sum, file) => sum + bytes(file), 0) + Math.max(...languages.map(bytes));
    expect(first).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES);
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  it("shows plain text while the formatter cannot be fetched, and formats it later", async () => {
    const page = await bench.open({}, undefined, async (opened) => {
      await opened.route(MARKDOWN, (route) => route.abort());
    });
    const made = await session();
    made.greet("**Hello**\nI’m Ivy.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["**Hello**\nI’m Ivy."]);
    await say(page, "Hi");
    made.finish((await nextTurn(made)).turnId, "At **eight**.");
    await expect.poll(() => answers(page).last().innerText()).toBe("At **eight**.");
    await page.unroute(MARKDOWN);
    await expect
      .poll(() => answers(page).allInnerTexts(), { timeout: 15_000 })
      .toEqual(["Hello\nI’m Ivy.", "At eight."]);
    await expect.poll(() => log(page).locator("p").allInnerTexts()).toEqual(["**Hello** I’m Ivy.", "At **eight**."]);
  });

  it("shows text that needs no formatting before the formatter is loaded", async () => {
    const page = await bench.open(
      {},
      (api) => {
        api.link.welcome_message = "Hello, how can I help?";
      },
      async (opened) => {
        await opened.route(MARKDOWN, () => new Promise(() => undefined));
      },
    );
    await page.getByText("Hello, how can I help?").waitFor();
    await say(page, "Hi");
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Hi"]);
  });

  it("says in all its languages what it needs when there is no JavaScript, instead of an empty screen", async () => {
    const page = await bench.open({ javaScript: false, width: 360 });
    const sentences = page.locator(".noscript p");
    await expect.poll(() => sentences.count()).toBe(15);
    await sentences.first().waitFor();
    const top = await sentences.first().evaluate((first) => first.getBoundingClientRect().top / innerHeight);
    expect(top).toBeLessThan(0.5);
    await expect
      .poll(async () => new Set(await sentences.evaluateAll((all) => all.map((one) => one.getAttribute("lang")))).size)
      .toBe(15);
  });

  it("streams an answer, shows the visitor's message once and reads the answer out once", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello, I’m Ivy. **How can I help?**");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello, I’m Ivy. How can I help?"]);
    await say(page, "When do you open?");
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["When do you open?"]);
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "We open at ");
    await expect.poll(() => answers(page).last().innerText()).toBe("We open at ");
    await expect.poll(() => page.locator(".prose.streaming").count()).toBe(1);
    await expect.poll(() => log(page).innerText()).not.toContain("We open");
    made.delta(turn.turnId, 11, "**eight**.");
    made.delta(turn.turnId, 11, "**eight**.");
    await expect.poll(() => answers(page).last().innerText()).toBe("We open at eight.");
    made.finish(turn.turnId, "We open at **eight**.");
    await expect.poll(() => page.locator(".prose.streaming").count()).toBe(0);
    await expect.poll(() => answers(page).count()).toBe(2);
    await expect.poll(() => own(page).count()).toBe(1);
    await expect
      .poll(() => log(page).locator("p").allInnerTexts())
      .toEqual(["Hello, I’m Ivy. How can I help?", "We open at eight."]);
    expect(bench.api().posts).toHaveLength(1);
  });

  it("shows the parts of an answer below one another, even after a reload", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Welcome.", "I’m Ivy.");
    await say(page, "Hi");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "Let me ");
    made.finish(turn.turnId, "Let me look.", "Found it.");
    const all = ["Welcome.", "I’m Ivy.", "Let me look.", "Found it."];
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(all);
    await expect.poll(() => log(page).locator("p").allInnerTexts()).toEqual(all);
    await page.reload();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(all);
    await expect.poll(() => page.locator(".message").nth(2).innerText()).toContain("Hi");
  });

  it("stops waiting when a turn ends without text", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Hello?");
    await page.locator(".thinking").waitFor();
    made.finish((await nextTurn(made)).turnId);
    await expect.poll(() => page.locator(".thinking").count()).toBe(0);
    await expect.poll(() => answers(page).count()).toBe(0);
    await expect.poll(() => page.getByRole("button", { name: "Send again" }).count()).toBe(0);
  });

  it("offers to send again when a turn failed", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Please");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "Half an ans");
    made.fail(turn.turnId, "model_unavailable");
    await page.getByText("No answer came.").waitFor();
    await expect.poll(() => answers(page).count()).toBe(0);
    await page.getByRole("button", { name: "Send again" }).click();
    const second = await nextTurn(made, 2);
    made.finish(second.turnId, "Now it works.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Now it works."]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Please"]);
    await page.reload();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Now it works."]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Please"]);
  });

  it("works by keyboard alone and leaves Enter to an input method", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    // With a mouse or a keyboard, one may write at once.
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
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
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Copied").waitFor();
    await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe("Fine.");
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
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
    await say(page, "New");
    await expect.poll(() => bench.api().session?.turns.map((turn) => turn.text)).toEqual(["New"]);
  });

  it("says that the conversation ended and accepts no more messages", async () => {
    const page = await bench.open();
    const made = await session();
    made.end("idle_timeout");
    await page.getByText("This conversation has timed out").waitFor();
    await expect.poll(() => field(page).count()).toBe(0);
    const streams = bench.api().streamsOpened;
    await page.reload();
    // The session itself says how it ended.
    await page.getByText("This conversation has timed out").waitFor();
    expect(bench.api().streamsOpened).toBe(streams);
    await page.getByRole("button", { name: "New conversation" }).click();
    await field(page).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
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
    await expect.poll(() => field(page).count()).toBe(0);
  });

  it("refuses a message that is too long with an explanation, and keeps it", async () => {
    const page = await bench.open({}, (api) => {
      api.link.limits = { max_message_length: 10 };
    });
    await field(page).fill("12345678901😀");
    await page.getByText("2 characters too many").waitFor();
    await field(page).press("Enter");
    await expect.poll(() => page.getByRole("button", { name: "Send message" }).isDisabled()).toBe(true);
    await expect.poll(() => own(page).count()).toBe(0);
    await expect.poll(() => field(page).inputValue()).toBe("12345678901😀");
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
    // The wheel may still be rolling out.
    let before = Number.NaN;
    const isStill = async (): Promise<boolean> => {
      const now = await page.evaluate<number>("scrollY");
      const still = now === before;
      before = now;
      return still;
    };
    await expect.poll(isStill, { interval: 200 }).toBe(true);
    made.delta(`${made.id}.9`, 0, long("More"));
    await expect.poll(() => answers(page).count()).toBe(2);
    await expect.poll(() => page.evaluate<number>("scrollY")).toBe(before);
    await jump.click();
    await expect.poll(() => page.evaluate<number>(toEnd)).toBeLessThan(4);
    await expect.poll(() => jump.count()).toBe(0);
  });

  it("follows the newest text while the area below it shrinks and grows", async () => {
    const page = await bench.open({ height: 600 });
    const made = await session();
    made.greet(Array.from({ length: 30 }, (_, line) => `Line ${line}`).join("\n\n"));
    await expect.poll(() => answers(page).count()).toBe(1);
    // The end moves up with one frame and down before the next one tells that the page was scrolled.
    await page.evaluate(`(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      const below = document.createElement("div");
      document.querySelector(".chat").append(below);
      for (const height of ["300px", "300px", "0", "400px", "400px"]) {
        below.style.height = height;
        await frame();
      }
    })()`);
    await expect
      .poll(() => page.evaluate<number>("document.scrollingElement.scrollHeight - innerHeight - scrollY"))
      .toBeLessThan(4);
    await expect.poll(() => page.getByRole("button", { name: "Newest messages" }).count()).toBe(0);
  });

  it("prefers the language of the link to that of the browser", async () => {
    const page = await bench.open({ locale: "en-GB" }, (api) => {
      api.link.branding = { locale: "de-AT" };
    });
    await page.getByLabel("Ihre Nachricht").waitFor();
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("de");
  });
});
