import { createBearerClient } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** Two operators at their inboxes against the product: one works with the keyboard, the other looks on. */
describe("the inbox in the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  const problems: string[] = [];
  beforeAll(async () => {
    product = await firstStart({ DEMO_WEEK: "off" });
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    expect(problems).toEqual([]);
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const client = (token?: string) => createBearerClient({ bases: [product.base], ...(token ? { token } : {}) });
  async function operator(name: string): Promise<Page> {
    const made = await client(demo.admin_token).call<{ token: string }>("POST", "/api/tokens", {
      name,
      role: "operator",
    });
    expect(made.status, made.text).toBe(201);
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${made.body.token}")`);
    await page.goto(`${product.base}/console/inbox`);
    await page.getByLabel("Your name").fill(name);
    await page.getByLabel("Your name").press("Tab");
    return page;
  }
  /** A visitor who asks for a person for this reason. */
  async function waiting(reason: string) {
    const { token } = demo.links[0] ?? { token: "" };
    const opened = await client().call<{ session_token: string; session_id: string }>(
      "POST",
      `/api/public/sessions/${token}`,
      {},
    );
    const visitor = client(opened.body.session_token);
    const asked = await visitor.call("POST", `/api/public/escalate/${token}`, { reason });
    expect(asked.status, asked.text).toBeLessThan(300);
    const said = async (): Promise<string[]> => {
      const path = `/api/sessions/${opened.body.session_id}/transcript`;
      const { body } = await client(demo.admin_token).call<{ messages: { content: string; author?: string }[] }>(
        "GET",
        path,
      );
      return body.messages.filter(({ author }) => author === "human").map(({ content }) => content);
    };
    return { reason, said };
  }
  const conversation = (page: Page) => page.getByRole("region", { name: "The conversation" });
  const rows = (page: Page) => page.getByRole("region", { name: "Conversations" }).getByRole("listitem");

  it("takes, answers and hands back three by keyboard before a second operator's eyes; a kill loses no word", async () => {
    const visitors = [await waiting("a bill"), await waiting("a parcel"), await waiting("a refund")];
    const mira = await operator("Mira");
    const grace = await operator("Grace");
    await expect.poll(() => rows(mira).count()).toBe(3);
    for (const [index, { reason, said }] of visitors.entries()) {
      await mira.keyboard.press("j");
      await conversation(mira).getByText(reason, { exact: true }).waitFor();
      await mira.getByRole("button", { name: "Take", exact: true }).waitFor();
      await grace.goto(mira.url());
      await conversation(grace).getByText("Live", { exact: true }).waitFor();
      await mira.keyboard.press("t");
      await mira.getByLabel("Your answer").waitFor();
      await conversation(grace).getByText("Mira has this conversation.").waitFor();
      await grace.getByText(/Mira is (answering|looking at it)/).waitFor();
      await mira.keyboard.type(`About ${reason}: it is **done**.`);
      if (index === 1) {
        await product.child.kill();
        await mira.keyboard.press("Enter");
        await mira.getByRole("alert").waitFor();
        await expect.poll(() => mira.getByLabel("Your answer").inputValue()).toBe(`About ${reason}: it is **done**.`);
        product.child.start();
        await product.child.ready();
      }
      await mira.keyboard.press("Control+Enter");
      const shown = conversation(grace).getByRole("log").getByText(`About ${reason}: it is done.`);
      await expect.poll(() => shown.count(), { timeout: 30_000 }).toBe(1);
      expect(await said()).toEqual([`About ${reason}: it is **done**.`]);
      await mira.keyboard.press("Escape");
      await mira.keyboard.press("h");
      await mira.getByRole("dialog").getByLabel("Summary").fill(`Answered ${reason}`);
      await mira.keyboard.press("Control+Enter");
      await conversation(mira).locator("header").getByText("Handed back").waitFor();
      await conversation(grace).getByRole("log").getByText(`Answered ${reason}`).waitFor();
    }
    await mira.getByText("Nobody is waiting").waitFor();
  }, 120_000);

  it("adds notes seen by a colleague, uses the agent's draft, and ends with a macro on a digit", async () => {
    const saved = { key: "bye", content: "All done, {{operator_name}} says goodbye.", action: "resolve", digit: 4 };
    const made = await client(demo.admin_token).call("POST", "/api/saved-replies", saved);
    expect(made.status, made.text).toBe(201);
    const { reason, said } = await waiting("a question about notes");
    const [mira, grace] = [await operator("Mira"), await operator("Grace")];
    await expect.poll(() => rows(mira).getByText(reason).count()).toBe(1);
    await mira.keyboard.press("j");
    await mira.getByRole("button", { name: "Take", exact: true }).waitFor();
    await grace.goto(mira.url());
    await conversation(grace).getByText("Live", { exact: true }).waitFor();
    await mira.keyboard.press("n");
    await expect.poll(() => mira.evaluate("document.activeElement.tagName")).toBe("TEXTAREA");
    await mira.keyboard.type("Has **paid** twice.");
    await mira.keyboard.press("Control+Enter");
    await conversation(grace).getByRole("log").getByText("Has paid twice.").waitFor();
    await mira.getByLabel("Note for the team").waitFor({ state: "detached" });
    await mira.keyboard.press("t");
    await expect.poll(() => mira.evaluate("document.activeElement.id")).toBe("reply-text");
    await mira.keyboard.press("Escape");
    await mira.keyboard.press("s");
    const box = mira.getByLabel("Your answer");
    await expect.poll(() => box.inputValue(), { timeout: 30_000 }).not.toBe("");
    expect(await said()).toEqual([]);
    await box.fill("");
    await mira.keyboard.press("Escape");
    await mira.keyboard.press("4");
    await expect.poll(() => box.inputValue()).toBe("All done, Mira says goodbye.");
    await expect.poll(() => mira.evaluate("document.activeElement.id")).toBe("reply-text");
    await mira.keyboard.press("Enter");
    await conversation(mira).locator("header").getByText("Resolved").waitFor();
    await conversation(grace).locator("header").getByText("Resolved").waitFor();
    expect(await said()).toEqual(["All done, Mira says goodbye."]);
  }, 120_000);

  it("shows the visitor and the operator that the other one is typing", async () => {
    const visitor = await (await browser.newContext({ locale: "en-GB" })).newPage();
    visitor.on("pageerror", (error) => problems.push(error.message));
    await visitor.goto(demo.links[0]?.url ?? "");
    const field = visitor.locator("textarea#compose");
    await field.fill("Is somebody there?");
    await field.press("Enter");
    await visitor.getByRole("button", { name: "Talk to a person" }).click();
    const mira = await operator("Mira");
    await expect.poll(() => rows(mira).count()).toBe(1);
    await mira.keyboard.press("j");
    await mira.getByRole("button", { name: "Take", exact: true }).click();
    await visitor.getByText("Mira is in this conversation now").first().waitFor();
    // Told to who reads just then: a letter may be too early, the next one is not.
    const write = async (box: Locator, seen: Locator): Promise<number> => {
      await box.press("x");
      return seen.count();
    };
    const ofVisitor = conversation(mira).getByText("The visitor is typing…");
    await expect.poll(() => write(field, ofVisitor), { interval: 500, timeout: 30_000 }).toBe(1);
    await mira.getByLabel("Your answer").press("y");
    await expect.poll(() => write(field, ofVisitor), { interval: 500, timeout: 30_000 }).toBe(1);
    const ofMira = visitor.locator(".human-typing", { hasText: "Mira is typing…" });
    await expect.poll(() => write(mira.getByLabel("Your answer"), ofMira), { interval: 500, timeout: 30_000 }).toBe(1);
    await mira.keyboard.press("Enter");
    await conversation(mira).getByText("Seen by the visitor").waitFor();
    await visitor.context().close();
  }, 120_000);
});
