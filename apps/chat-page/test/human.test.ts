import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { mergeMessage, type Transcript } from "../src/chat/transcript.js";
import { parseMessage } from "../src/net/session-info.js";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, log, nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();
const WITH = { features: { stop: true, escalate: true } };
const wish = (page: Page) => page.getByRole("button", { name: "Talk to a person" });
const note = (page: Page) => page.locator(".human-note");

describe.skipIf(skipBrowser)("a human on the chat page", () => {
  it("is requested once, announced by name, named at their messages, and hands back to the agent", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const made = await sessionOf(bench);
    made.greet("Welcome.");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => wish(page).count()).toBe(0);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "I am the agent.");
    await wish(page).click();
    await expect.poll(() => note(page).innerText()).toContain("A person has been asked to join");
    expect(bench.api().wishes).toBe(1);
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("compose");
    await expect.poll(() => wish(page).count()).toBe(0);
    await page.reload();
    await expect.poll(() => note(page).innerText()).toContain("A person has been asked to join");
    await expect.poll(() => wish(page).count()).toBe(0);

    made.humanJoins("Mira & <b>");
    await expect.poll(() => note(page).innerText()).toContain("Mira & <b> is in this conversation now");
    await expect.poll(() => page.locator(".human [role=status]").innerText()).toContain("Mira");
    await say(page, "Are you real?");
    // The agent stays silent: its turn ends without a word, and nothing more is awaited.
    made.finish((await nextTurn(made, 2)).turnId);
    await expect.poll(() => page.locator(".thinking").count()).toBe(0);
    made.humanSays("Mira & <b>", "Quite real.");
    await expect.poll(() => answers(page).count()).toBe(3);
    await expect.poll(() => page.locator(".speaker").allInnerTexts()).toEqual(["Mira & <b>"]);
    await expect.poll(() => log(page).innerText()).toContain("Quite real.");
    await page.reload();
    await expect.poll(() => note(page).innerText()).toContain("Mira & <b> is in this conversation now");
    await expect.poll(() => page.locator(".speaker").allInnerTexts()).toEqual(["Mira & <b>"]);

    made.humanLeaves();
    await expect.poll(() => note(page).count()).toBe(0);
    await expect.poll(() => wish(page).count()).toBe(1);
  });

  it("is offered again when the request did not arrive, and not at all where the server accepts none", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
      api.wishProblem = { status: 404, code: "not_found" };
    });
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "Yes?");
    bench.visitor().trouble.length = 0;
    await wish(page).press("Enter");
    await expect.poll(() => note(page).innerText()).toContain("That didn’t work");
    bench.visitor().trouble.length = 0;
    bench.api().wishProblem = null;
    await wish(page).press("Enter");
    await expect.poll(() => note(page).innerText()).toContain("has been asked");
    expect(bench.api().wishes).toBe(1);
  });

  it("is shown as typing, by name, until they have written or nothing was received for a while", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const made = await sessionOf(bench);
    const typing = page.locator(".human-typing");
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId);
    made.humanJoins("Mira");
    await expect.poll(() => note(page).count()).toBe(1);
    // The visitor's own writing in another tab is nobody's news here.
    made.types(true, "visitor");
    made.types(true);
    await expect.poll(() => typing.innerText()).toBe("Mira is typing…");
    made.humanSays("Mira", "Hello there.");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => typing.count()).toBe(0);
    made.types(true);
    await expect.poll(() => typing.count()).toBe(1);
    await expect.poll(() => typing.count(), { timeout: 20_000 }).toBe(0);
    made.types(true);
    await expect.poll(() => typing.count()).toBe(1);
    made.types(false);
    await expect.poll(() => typing.count()).toBe(0);
  });

  it("is notified that the visitor is typing, at intervals, and has read, only while they are present", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { features: { ...WITH.features, typing: true } });
    });
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId);
    made.humanJoins("Mira");
    await expect.poll(() => note(page).count()).toBe(1);
    expect(bench.api().typing).toEqual([]);
    await field(page).pressSequentially("I would");
    await expect.poll(() => bench.api().typing).toEqual([{ active: true }]);
    made.humanSays("Mira", "Yes?");
    await expect.poll(() => bench.api().read).toEqual([expect.stringMatching(/h\d+\.0$/)]);
    const writeOn = async (): Promise<number> => {
      await field(page).press("x");
      return bench.api().typing.length;
    };
    await expect.poll(writeOn, { interval: 300, timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    made.humanLeaves();
    await expect.poll(() => note(page).count()).toBe(0);
    const told = bench.api().typing.length;
    await page.reload();
    await say(page, "Are you there?");
    await nextTurn(made, 2);
    expect(bench.api().typing).toHaveLength(told);
  });

  it("has a name that does not change the text direction around it", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH, { branding: { locale: "ar" } });
    });
    const made = await sessionOf(bench);
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe("rtl");
    // Who writes is told to those who read just then, and to nobody later.
    await expect.poll(() => made.streamCount()).toBe(1);
    made.humanJoins("Mira");
    made.types(true);
    const words = page.locator(".human-typing .thinking-label");
    await expect.poll(() => words.innerText()).toBe("Mira يكتب الآن…");
    const direction = "getComputedStyle(document.querySelector('.human-typing .thinking-label')).direction";
    await expect.poll(() => page.evaluate(direction)).toBe("rtl");
    await expect.poll(() => words.locator("bdi").innerText()).toBe("Mira");
  });

  it("can still be requested when no messages are left, and then nobody is told to keep writing", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const made = await sessionOf(bench);
    made.remaining = 1;
    await say(page, "The last one");
    made.finish((await nextTurn(made)).turnId, "That was it.");
    await page.getByRole("heading", { name: "No messages left" }).waitFor();
    await expect
      .poll(() => page.locator(".ended").innerText())
      .toContain("A person can still read it and answer you here");
    await wish(page).click();
    await expect
      .poll(() => note(page).innerText())
      .toBe("A person has been asked to join. Their answer will appear here.");
    made.humanJoins("Mira");
    made.humanSays("Mira", "I have read it.");
    await expect.poll(() => answers(page).count()).toBe(2);
  });

  it("is not offered where the server accepts no request", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "Yes?");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => wish(page).count()).toBe(0);
  });
});

describe("messages of a human", () => {
  it("are placed after the turn that preceded them, in whatever order they arrive", () => {
    const said = (turn_id: string, role: string, content: string, author?: string) =>
      parseMessage({ turn_id, role, content, ...(author ? { author } : {}) });
    const all = [
      said("c.2", "user", "two"),
      said("c.2", "assistant", "answer"),
      said("c.2h9", "assistant", "human one", "human"),
      said("c.2h10", "assistant", "human two", "human"),
      said("c.3", "user", "three"),
      said("c.12", "user", "twelve"),
      said("c.12h30", "assistant", "human three", "human"),
    ].flatMap((message) => message ?? []);
    const shown = (messages: typeof all) => messages.reduce<Transcript>(mergeMessage, []).map((entry) => entry.text);
    const wanted = all.map(({ content }) => content);
    expect(shown(all)).toEqual(wanted);
    expect(shown([...all].reverse())).toEqual(wanted);
    expect(shown([...all, ...all])).toEqual(wanted);
  });
});
