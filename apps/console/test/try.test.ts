import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Row } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const TRY = "POST /agents/:/try";
const bodies = (): Row[] =>
  bench
    .api()
    .seen.filter(({ call }) => call === TRY)
    .map(({ body }) => body);
const saysOf = (body: Row | undefined) => ((body?.steps ?? []) as Row[]).map(({ say }) => say);

const openTry = async (path = "/console/agents/clinic-desk"): Promise<Page> => {
  const page = await bench.open(path);
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await page.getByText("Good morning.").waitFor();
  return page;
};
const box = (page: Page) => page.getByLabel("What a visitor writes");
const say = async (page: Page, words: string): Promise<void> => {
  await box(page).fill(words);
  await page.keyboard.press("Enter");
};

describe.skipIf(skipBrowser)("the try beside the editor", () => {
  it("chats by keyboard, shows the path of each answer, and starts over", async () => {
    const page = await bench.open("/console/agents/clinic-desk");
    await page.getByLabel("Global prompt").waitFor();
    await page.keyboard.press("y");
    await page.getByText("Write what a visitor would.").waitFor();
    await expect.poll(() => box(page).evaluate((field) => field === document.activeElement)).toBe(true);
    await say(page, "hello");
    await page.getByText("You said: hello").waitFor();
    await page.getByText("greet → greet").click();
    await page.getByText("Variables after it").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "try");
    await say(page, "bye");
    await page.getByText("The conversation has ended.").waitFor();
    expect(bodies().map(saysOf)).toEqual([[], ["hello"], ["hello", "bye"]]);
    expect(bodies()[0]).toMatchObject({ document: expect.stringContaining("Nora"), api_calls: "ask" });
    await page.getByRole("button", { name: "Start over" }).first().click();
    await expect.poll(() => page.getByText("You said: hello").count()).toBe(0);
  });

  it("keeps what was typed when the server refuses it", async () => {
    const page = await openTry();
    bench.api().refuse[TRY] = { status: 429, code: "rate_limited", detail: "Too many calls." };
    await say(page, "hello there");
    await page.getByText("Too many calls.").waitFor();
    await expect.poll(() => box(page).inputValue()).toBe("hello there");
    delete bench.api().refuse[TRY];
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("You said: hello there").waitFor();
    await expect.poll(() => page.getByText("Too many calls.").count()).toBe(0);
    await expect.poll(() => saysOf(bodies().at(-1))).toEqual(["hello there"]);
  });

  it("simulates time passing, and keeps an overlong message in the field with an explanation", async () => {
    const page = await openTry();
    for (const _twice of [1, 2]) {
      await page.getByRole("button", { name: "Let time pass" }).click();
      await page.getByRole("menuitem", { name: "5 minutes of silence" }).click();
      await expect.poll(() => page.getByText("Thinking…").count()).toBe(0);
    }
    await page.getByText("10 minutes of silence").waitFor();
    expect(bodies().at(-1)?.steps).toMatchObject([
      { event: "timer", after_seconds: 300 },
      { event: "timer", after_seconds: 600 },
    ]);
    const before = bodies().length;
    await box(page).fill("x".repeat(900_000));
    await page.getByText("10,000 characters at most; this one has 900,000").waitFor();
    await box(page).press("Enter");
    await expect.poll(() => page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await expect.poll(async () => (await box(page).inputValue()).length).toBe(900_000);
    expect(bodies()).toHaveLength(before);
    await box(page).fill("x".repeat(10_000));
    await expect.poll(() => page.getByText("characters at most").count()).toBe(0);
  });

  it("asks for the answer of another server, and asks again when the draft has changed", async () => {
    const page = await openTry();
    await say(page, "look me up");
    await page.getByText("GET https://crm.example/people").waitFor();
    await page.getByLabel("Body").fill('{"name":"Ada"}');
    await screenshot(page, "try-call");
    await page.getByRole("button", { name: "Answer so" }).click();
    await page.getByText("You said: look me up").waitFor();
    const answer = { call: "api", node: "look", status: 200, body: '{"name":"Ada"}' };
    expect(bodies().at(-1)).toMatchObject({ steps: [{ say: "look me up", answers: [answer] }] });
    await page.getByLabel("Global prompt").fill("You are Tom.");
    await page.getByText("The draft has changed.").waitFor();
    await page.getByRole("button", { name: "Ask all again" }).click();
    await page.getByText("GET https://crm.example/people").waitFor();
    expect(bodies().at(-1)).toMatchObject({ document: expect.stringContaining("Tom"), opening: { answers: [] } });
    await page.getByRole("button", { name: "Make the call" }).click();
    await expect.poll(() => bodies().at(-1)?.api_calls).toBe("make");
  });

  it("becomes a test of the draft, and shows its path in the flow, even on a small screen", async () => {
    const page = await openTry();
    await say(page, "hello");
    await page.getByText("You said: hello").waitFor();
    await page.getByRole("button", { name: "Make this a test" }).click();
    const dialog = page.getByRole("dialog", { name: "Make this a test" });
    await dialog.getByLabel("Name").fill("says hello");
    await dialog.getByRole("button", { name: "Add to the draft" }).click();
    await expect.poll(() => String(bench.api().draft?.text)).toContain("name: says hello");
    await page.getByRole("link", { name: "Flow", exact: true }).click();
    await page.getByText("The try is at greet").waitFor();
    await page.getByText("Step 0, 1").waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await screenshot(page, "try-flow-360");
  });
});
