import { createBearerClient } from "@parley/testkit";
import { axeFindings, launchBrowser, screenshotsIn } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const screenshot = screenshotsIn("workbench");

/** A newcomer who knows no YAML works on an agent, against the product. */
describe("the workbench of an agent in the console", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  const problems: string[] = [];
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const signIn = async (path: string): Promise<Page> => {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${demo.admin_token}")`);
    await page.goto(`${product.base}/console${path}`);
    return page;
  };
  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  const live = async (): Promise<{ workflow: Record<string, unknown> & { nodes: Record<string, unknown>[] } }> => {
    type Document = { workflow: Record<string, unknown> & { nodes: Record<string, unknown>[] } };
    return (await owner().call<Document>("GET", "/api/agents/clinic-desk/export")).body;
  };

  it("changes a prompt, adds a node in the graph, tries it, turns the try into a test, publishes and rolls back", async () => {
    const before = await live();
    const page = await signIn("/agents/clinic-desk");
    await page.getByLabel("Global prompt").fill("You are Nora. Be brief and kind.");
    await page.getByText("Draft saved").waitFor();
    await screenshot(page, "prompt");

    await page.getByRole("link", { name: "Flow", exact: true }).click();
    // By key: the flow moves into view when it is first laid out, and a press of the mouse in that moment may miss the box.
    await page.getByRole("button", { name: "Questions and Answers, Conversation" }).press("Enter");
    await page.getByRole("complementary", { name: "Node Questions and Answers" }).waitFor();
    await page.getByRole("button", { name: "Add a node" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a node" });
    await dialog.getByLabel("Name").fill("Parking");
    await dialog.getByLabel("Prompt").fill("Say that parking is behind the house.");
    await dialog.getByLabel("When").fill("contains:parking");
    await dialog.getByRole("button", { name: "Add node" }).click();
    const panel = page.getByRole("complementary", { name: "Node Parking" });
    await panel.waitFor();
    await screenshot(page, "flow");

    await page.getByRole("button", { name: "Try", exact: true }).click();
    const talk = page.getByRole("complementary", { name: "Try" });
    const say = async (words: string): Promise<void> => {
      await talk.getByLabel("What a visitor writes").fill(words);
      await page.keyboard.press("Enter");
      await talk.getByText(words, { exact: true }).waitFor();
      await expect.poll(() => talk.getByText("Thinking…").count()).toBe(0);
    };
    await say("skip");
    await say("Where is parking?");
    await talk.getByText("questions → parking").first().waitFor();
    await page.getByText("The try is at parking").waitFor();
    await screenshot(page, "try");
    const sessions = await owner().call<{ data: unknown[] }>("GET", "/api/sessions?limit=200");
    await talk.getByRole("button", { name: "Make this a test" }).click();
    const made = page.getByRole("dialog", { name: "Make this a test" });
    await made.getByLabel("Name").fill("Tells where to park");
    await screenshot(page, "make-a-test");
    await made.getByRole("button", { name: "Add to the draft" }).click();
    await page.getByText("Draft saved").waitFor();
    // A try is no session.
    const later = await owner().call<{ data: unknown[] }>("GET", "/api/sessions?limit=200");
    expect(later.body.data.length).toBe(sessions.body.data.length);

    await page.getByRole("button", { name: "Publish…" }).click();
    const publish = page.getByRole("dialog", { name: "Publish Clinic Desk" });
    await publish.getByLabel("What changed").fill("Parking, and fewer words");
    await publish.getByText("Live, version 1").waitFor();
    await publish.getByText(/^Yours, since version 1/).waitFor();
    await screenshot(page, "publish");
    await publish.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText("Version 2 is live.").first().waitFor();
    const after = await live();
    expect(after.workflow.global_prompt).toBe("You are Nora. Be brief and kind.");
    expect(after.workflow.nodes).toContainEqual({
      ...{ id: "parking", name: "Parking", system_prompt: "Say that parking is behind the house." },
    });
    const questions = after.workflow.nodes.find(({ id }) => id === "questions");
    expect(questions?.transitions).toContainEqual({ condition: "contains:parking", target: "parking" });

    const suite = await owner().call<{ tests: unknown[] }>("POST", "/api/agents/clinic-desk/versions/2/test", {});
    expect(suite.body.tests).toContainEqual(expect.objectContaining({ name: "Tells where to park", passed: true }));

    await page.getByRole("link", { name: "Versions", exact: true }).click();
    await page.getByText("Parking, and fewer words").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    await page.getByRole("button", { name: "Roll back", exact: true }).click();
    await page.getByText("Version 1 is active.").waitFor();
    await screenshot(page, "versions");
    expect(await live()).toEqual(before);
    expect(problems).toEqual([]);
    await page.context().close();
  }, 120_000);

  it("loses no word to a second tab: conflicts are chosen, the rest is merged", async () => {
    const one = await signIn("/agents/support");
    const two = await signIn("/agents/support");
    await two.getByLabel("Global prompt").waitFor();
    await one.getByLabel("Global prompt").fill("From the first tab.");
    await one.getByText("Draft saved").waitFor();
    await two.getByLabel("Global prompt").fill("From the second tab.");
    await two.getByText("This draft was saved in another tab meanwhile.").waitFor();
    await two.getByRole("button", { name: "Merge" }).click();
    const dialog = two.getByRole("dialog", { name: "This draft was changed in another tab" });
    await dialog.getByText("One place was changed on both sides").waitFor();
    await dialog.getByText("From the first tab.").first().waitFor();
    const save = dialog.getByRole("button", { name: "Save the text together" });
    await expect.poll(() => save.isDisabled()).toBe(true);
    await dialog.getByRole("button", { name: "Take: This tab" }).click();
    await screenshot(two, "merge");
    expect(await axeFindings(two)).toEqual([]);
    await save.click();
    await two.getByText("Draft saved").waitFor();
    const mine = () => owner().call<{ text: string }>("GET", "/api/agents/support/drafts/me");
    expect((await mine()).body.text).toContain("From the second tab.");

    // The first tab has not seen that, and changes something else: nothing is to be chosen.
    await one.getByLabel("Global prompt").waitFor();
    await one.getByRole("link", { name: "Document", exact: true }).click();
    await one.getByRole("textbox", { name: /^Document of/ }).click();
    await one.keyboard.press("Control+Home");
    await one.keyboard.type("# a word at the top");
    await one.keyboard.press("Enter");
    await one.getByRole("button", { name: "Merge" }).click();
    await one.getByText("Nothing was changed in the same place").waitFor();
    await one.getByRole("button", { name: "Save the text together" }).click();
    await one.getByText("Draft saved").waitFor();
    const { text } = (await mine()).body;
    expect(text).toContain("From the second tab.");
    expect(text).toContain("# a word at the top");
    await one.context().close();
    await two.context().close();
    expect(problems).toEqual([]);
  }, 60_000);

  it("shows the errors of a document at their lines, and does not lose it", async () => {
    const page = await signIn("/agents/feedback/document");
    const editor = page.getByRole("textbox", { name: "Document of Feedback Agent" });
    await editor.click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("odd: 1");
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Findings" }).getByText("Line 1").waitFor();
    await page.getByText("Draft saved").waitFor();
    await page.reload();
    await page.getByRole("list", { name: "Findings" }).getByText("Line 1").waitFor();
    await screenshot(page, "findings");
    await page.getByRole("button", { name: "Discard draft" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard draft" }).click();
    await page.getByText("This document has no findings").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  }, 60_000);
});
