import { readFile } from "node:fs/promises";
import { createBearerClient } from "@parley/testkit";
import { launchBrowser, screenshotsIn } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const screenshot = screenshotsIn("session");

describe("a session in the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const anyone = () => createBearerClient({ bases: [product.base] });
  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  /** A page of the console; what it throws is added to `problems`. */
  async function signedIn(path: string, problems: string[]): Promise<Page> {
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${product.base}/console${path}`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
    return page;
  }

  it("is followed live by the owner, with its cost, to its end", async () => {
    const problems: string[] = [];
    const { token } = demo.links[0] ?? { token: "" };
    const opened = await anyone().call<{ session_id: string; session_token: string }>(
      "POST",
      `/api/public/sessions/${token}`,
      {},
    );
    expect(opened.status, opened.text).toBe(201);
    const visitor = createBearerClient({ bases: [product.base], token: opened.body.session_token });
    const page = await signedIn(`/sessions/${opened.body.session_id}`, problems);
    await page.getByText("Live", { exact: true }).waitFor();
    const said = page.getByRole("log").locator("[data-words]");
    await expect.poll(() => said.count()).toBeGreaterThan(0);
    const before = await said.count();

    const path = `/api/public/chat/${token}`;
    const answer = await visitor.call<{ response: string }>("POST", path, {
      message: "Are you open on <b>Monday</b>?",
    });
    expect(answer.status, answer.text).toBe(200);
    await expect.poll(() => said.nth(before).innerText()).toBe("Are you open on <b>Monday</b>?");
    await expect
      .poll(async () => (await said.allInnerTexts()).slice(before + 1).join(" "))
      // As the visitor reads it: its Markdown is drawn.
      .toContain((answer.body.response.split("\n")[0] ?? "").replaceAll("*", ""));
    await page.getByText(/\d tokens in, \d+ out/).waitFor();

    await visitor.call("DELETE", `/api/public/session/${token}`);
    await page.getByText("Completed").waitFor();
    await expect.poll(() => page.getByText("Live", { exact: true }).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);

  it("exports its transcript as the API writes it, and explains how it went", async () => {
    const { token } = demo.links[0] ?? { token: "" };
    const opened = await anyone().call<{ session_id: string; session_token: string }>(
      "POST",
      `/api/public/sessions/${token}`,
      {},
    );
    const id = opened.body.session_id;
    const visitor = createBearerClient({ bases: [product.base], token: opened.body.session_token });
    const answer = await visitor.call("POST", `/api/public/chat/${token}`, { message: "Grüße, are you open?" });
    expect(answer.status, answer.text).toBe(200);
    const problems: string[] = [];
    const page = await signedIn(`/sessions/${id}`, problems);
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV" }).click();
    const download = await coming;
    const written = await owner().call("GET", `/api/sessions/${id}/transcript?format=csv`);
    expect(download.suggestedFilename()).toBe(`${id}.csv`);
    expect(await readFile(await download.path(), "utf8")).toBe(written.text);
    expect(written.text).toContain("Grüße, are you open?");

    await page.getByRole("button", { name: "Show the trace" }).click();
    const turns = page.getByRole("list", { name: "Turns" }).locator("> li");
    const trace = await owner().call<{ turns: { nodes: string[]; calls: unknown[] }[] }>(
      "GET",
      `/api/sessions/${id}/trace`,
    );
    await expect.poll(() => turns.count()).toBe(trace.body.turns.length);
    const last = trace.body.turns.at(-1);
    expect(last?.calls.length).toBeGreaterThan(0);
    await turns.last().locator("summary").first().click();
    await turns
      .last()
      .getByText(last?.nodes.join(" → ") ?? "", { exact: true })
      .waitFor();
    const calls = turns.last().getByRole("list", { name: "Calls" });
    await expect.poll(() => calls.locator("> li").count()).toBe(last?.calls.length);
    expect(problems).toEqual([]);
  }, 60_000);

  it("shows the prompt and the path, and where the tried draft first takes another path", async () => {
    const { token } = demo.links.find(({ agent }) => agent === "clinic-desk") ?? { token: "" };
    const open = await anyone().call<{ session_id: string; session_token: string }>(
      "POST",
      `/api/public/sessions/${token}`,
      {},
    );
    const visitor = createBearerClient({ bases: [product.base], token: open.body.session_token });
    for (const message of ["skip", "When are you open?"]) {
      const answer = await visitor.call("POST", `/api/public/chat/${token}`, { message });
      expect(answer.status, answer.text).toBe(200);
    }
    const problems: string[] = [];
    const path = `/sessions/${open.body.session_id}`;
    const page = await signedIn(path, problems);
    const said = page.getByRole("log").getByRole("listitem");
    const last = said.filter({ hasText: "Questions and Answers" }).last();
    await last.getByRole("button", { name: "Why" }).click();
    await last.getByText("The prompt that was sent").last().click();
    const prompt = last.getByRole("list", { name: "Prompt" });
    await prompt.getByText("When are you open?").waitFor();
    await prompt.getByText(/You are Nora, the friendly front desk assistant/).waitFor();
    await last.getByText("word for word", { exact: true }).waitFor();
    await screenshot(page, "prompt");

    await page.getByRole("link", { name: "Show in the flow" }).click();
    const way = page.getByRole("list", { name: "The way" }).getByRole("listitem").locator(".mono");
    await expect
      .poll(() => way.allTextContents())
      .toEqual(["disclaimer", "greeting", "collect_info", "without_details", "questions"]);
    await page.getByRole("button", { name: /^Questions and Answers, Conversation, Step 5, is here/ }).waitFor();
    await screenshot(page, "flow");

    await page.goto(`${product.base}/console/agents/clinic-desk`);
    const words = "Then ask me anything.";
    await page.getByRole("region", { name: "Continue Without Details" }).getByLabel("Fixed text").fill(words);
    await page.getByText("Draft saved").waitFor();
    await page.getByRole("button", { name: "Try", exact: true }).click();
    const talk = page.getByRole("complementary", { name: "Try" });
    await talk.getByLabel("What a visitor writes").fill("skip");
    await page.keyboard.press("Enter");
    await talk.getByText(words).waitFor();
    await screenshot(page, "try");

    await page.goto(`${product.base}/console${path}`);
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Replay" }).click();
    const first = page.getByRole("list", { name: "Both conversations" }).locator(":scope > li").filter({
      hasText: "first divergence",
    });
    await expect.poll(() => first.count()).toBe(1);
    await first.getByText("skip", { exact: true }).waitFor();
    await first.getByRole("group", { name: "Then, version 1" }).getByText("No problem, we can go on").waitFor();
    await first.getByRole("group", { name: "Your draft" }).getByText(words).waitFor();
    await screenshot(page, "replay");
    expect(problems).toEqual([]);
  }, 60_000);

  it("names the test that keeps a version from going live, and publishes it for a recorded reason", async () => {
    const document = {
      agent: { name: "Guarded", require_tests: true },
      workflow: { initial_node: "bye", nodes: [{ id: "bye", type: "end_call", static_text: "Bye." }] },
      tests: [{ name: "says good morning", opening: { expect: { reply: "Good morning." } }, steps: [] }],
    };
    const made = await owner().call("POST", "/api/agents/guarded/import", { document, activate: false });
    expect(made.status, made.text).toBeLessThan(300);
    const problems: string[] = [];
    const page = await signedIn("/agents/guarded/versions", problems);
    await page.getByRole("button", { name: "Activate version 1" }).click();
    await page.getByText("have not been run").waitFor();
    await page.getByRole("button", { name: "Run the tests" }).click();
    await page.getByRole("alert").getByText("says good morning").waitFor();
    await page.getByRole("button", { name: "Publish anyway…" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("Read by two people.");
    await page.getByRole("dialog").getByRole("button", { name: "Publish anyway" }).click();
    await page.getByText("Version 1 is active.").waitFor();
    const kept = await owner().call("GET", "/api/agents/guarded/gate-overrides");
    expect(kept.text).toContain("Read by two people.");
    expect(problems).toEqual([]);
  }, 60_000);
});
