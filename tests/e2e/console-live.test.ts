import { readFile } from "node:fs/promises";
import { createBearerClient } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

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

  it("goes on before the owner's eyes, with what it costs, to its end", async () => {
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

  it("gives its transcript away as the API writes it, and tells why it went as it did", async () => {
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

  it("names the test that keeps a version from going live, and publishes it for a reason that is kept", async () => {
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
