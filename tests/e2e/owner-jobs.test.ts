import { readFile } from "node:fs/promises";
import { createBearerClient } from "@parley/testkit";
import { axeFindings, launchBrowser, screenshotsIn, sidewaysOverflow } from "@parley/web-kit/testing";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const screenshot = screenshotsIn("owner-jobs");
/** From the overview; keys and what is typed do not count. */
const MOST_CLICKS = 5;
const VISITOR = "bob@example.com";

/** Each job ends in the first one and is looked at in all. */
const LOOKS = [
  { name: "1280-light", width: 1280, height: 900, colorScheme: "light" as const },
  { name: "1920-light", width: 1920, height: 1080, colorScheme: "light" as const },
  { name: "360-dark", width: 360, height: 740, colorScheme: "dark" as const },
];

/** What owners come for, each within five clicks, in a real browser against the product. Each begins on the overview. */
describe("the jobs of an owner at the console", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  let page: Page;
  let clicks = 0;
  const problems: string[] = [];

  beforeAll(async () => {
    product = await firstStart({
      ANALYTICS_INTERVAL_SECONDS: "1",
      OUTBOUND_ALLOWED_CIDRS: "127.0.0.0/8",
    });
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);
  beforeEach(async () => {
    clicks = 0;
    const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", viewport: LOOKS[0] });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${demo.admin_token}")`);
    await page.goto(`${product.base}/console/`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });
  afterEach(async ({ task }) => {
    const findings: string[] = [];
    for (const { name, width, height, colorScheme } of LOOKS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${task.name.replaceAll(/\W+/g, "-")}-${name}`);
      await expect.poll(() => sidewaysOverflow(page), { message: `${task.name}, ${name}` }).toBe(0);
      findings.push(...(await axeFindings(page)).map((finding) => `${name}: ${finding}`));
    }
    await page.context().close();
    // A node of the graph is named by its title; the rule wants all of its words in the name.
    expect(findings.filter((finding) => !/mismatch: <div class="react-flow__node/.test(finding))).toEqual([]);
    expect(clicks).toBeGreaterThan(0);
    expect(clicks).toBeLessThanOrEqual(MOST_CLICKS);
    expect(problems.splice(0)).toEqual([]);
  });

  async function click(what: Locator): Promise<void> {
    await what.click();
    clicks += 1;
  }
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const link = (name: string): Locator => page.getByRole("link", { name, exact: true });
  const section = (name: string): Promise<void> =>
    click(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }));
  async function agent(name: string, tab?: string): Promise<void> {
    await section("Agents");
    await click(link(name));
    if (tab !== undefined) await click(link(tab));
  }

  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  async function call<T>(client: ReturnType<typeof owner>, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await client.call<T>(method, path, body);
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    return answer.body;
  }
  /** A visitor of an agent's link who says this. */
  async function visitor(slug: string, ...says: string[]) {
    const { token } = demo.links.find((made) => made.agent === slug) ?? { token: "" };
    const anyone = createBearerClient({ bases: [product.base] });
    type Opened = { session_id: string; session_token: string };
    const opened = await call<Opened>(anyone, "POST", `/api/public/sessions/${token}`, {});
    const client = createBearerClient({ bases: [product.base], token: opened.session_token });
    const say = (message: string) => call(client, "POST", `/api/public/chat/${token}`, { message });
    for (const message of says) await say(message);
    return {
      id: opened.session_id,
      say,
      ask: (path: string, body: unknown) => call(client, "POST", `/api/public/${path}/${token}`, body),
    };
  }

  it("makes a link to hand out", async () => {
    await section("Links");
    await click(link("Create a link"));
    await page.getByLabel("Title").fill("Spring");
    await click(button("Create the link"));
    await expect
      .poll(() => page.getByLabel("Address of the link", { exact: true }).inputValue())
      .toMatch(/\/chat\/pl_/);
  });

  it("makes a link for each of twenty people", async () => {
    await section("Links");
    await click(link("For many people"));
    await page.getByLabel("People").fill(Array.from({ length: 20 }, (_, nth) => `Person ${nth}`).join("\n"));
    await click(button("Create 20 links"));
    await page.getByRole("heading", { name: "20 links ready" }).waitFor();
  });

  it("sees that a webhook fails", async () => {
    const hook = { url: "http://127.0.0.1:9/hook", description: "CRM", events: ["session.started"] };
    const { id } = await call<{ id: string }>(owner(), "POST", "/api/webhooks", hook);
    await call(owner(), "POST", `/api/webhooks/${id}/test`, {});
    await section("Settings");
    await click(link("CRM"));
    await page.getByRole("grid", { name: "Webhook deliveries" }).getByText("could not be reached").waitFor();
  });

  it("sees which conversations went badly", async () => {
    const { ask } = await visitor("support", "My parcel is broken");
    await ask("feedback", { rating: 1, text: "Nobody helped." });
    await section("Sessions");
    await click(button("Views"));
    await click(button("Went badly"));
    await page.getByRole("row", { name: /My parcel is broken/ }).waitFor();
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
  });

  it("takes over as a person", async () => {
    const { ask } = await visitor("support", "I want a person");
    await ask("escalate", { reason: "wants a person" });
    await section("Inbox");
    await click(page.getByRole("region", { name: "Conversations" }).getByRole("listitem").first());
    await click(button("Take"));
    await page.getByLabel("Your answer").fill("Here I am.");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("log").getByText("Here I am.").waitFor();
  });

  it("tries an agent before it is published", async () => {
    await agent("Clinic Desk");
    await click(button("Try"));
    const talk = page.getByRole("complementary", { name: "Try" });
    await talk.getByLabel("What a visitor writes").fill("When are you open?");
    await page.keyboard.press("Enter");
    await talk.getByText("collect_info").first().waitFor();
  });

  it("edits the prompt", async () => {
    await agent("Clinic Desk");
    await page.getByLabel("Global prompt").fill("You are Nora. Be brief.");
    await click(button("Publish…"));
    await page.getByRole("dialog").getByText("Live, version 1").waitFor();
    await click(page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }));
    await page.getByText("Version 2 is live.").first().waitFor();
  });

  it("rolls back a version", async () => {
    await agent("Clinic Desk", "Versions");
    await click(button("Roll back to version 1"));
    await click(button("Roll back"));
    await page.getByText("Version 1 is active.").waitFor();
  });

  it("sees what was spent", async () => {
    await section("Analytics");
    await page.getByRole("heading", { name: "Cost by day" }).waitFor();
    await page.getByRole("heading", { name: "Cost by purpose and model" }).waitFor();
  });

  it("sees the workflow as a graph", async () => {
    await agent("Clinic Desk", "Flow");
    await button("Questions and Answers, Conversation").waitFor();
  });

  it("invites a colleague", async () => {
    await section("Settings");
    await click(page.getByRole("main").getByRole("link", { name: "People", exact: true }));
    await click(button("Invite somebody"));
    await page.getByLabel("E-mail address").fill("grace@example.com");
    await click(button("Send the invitation"));
    await page.getByText("grace@example.com").first().waitFor();
  });

  it("sees why the agent answered so", async () => {
    await visitor("clinic-desk", "When are you open?");
    await section("Sessions");
    await click(page.getByRole("row", { name: /When are you open/ }));
    await click(link("Open"));
    await page
      .getByText(/\d+ tokens in/)
      .first()
      .waitFor();
  });

  it("watches a conversation live", async () => {
    const { say } = await visitor("support", "Is somebody there?");
    await section("Sessions");
    await click(page.getByRole("row", { name: /Is somebody there/ }));
    await click(link("Open"));
    await page.getByText("Live", { exact: true }).waitFor();
    await say("I am still here");
    await page.getByRole("log").getByText("I am still here").waitFor();
  });

  it("teaches an agent a price list", async () => {
    await agent("Support Agent", "Knowledge");
    const file = { name: "prices.txt", mimeType: "text/plain", buffer: Buffer.from("A filling costs 80 euros.") };
    await page.locator('input[type="file"]').setInputFiles(file);
    await page.getByText("1 passage").waitFor();
  });

  it("stops somebody who misuses an agent", async () => {
    await visitor("support", "Something rude");
    await section("Sessions");
    await click(page.getByRole("row", { name: /Something rude/ }));
    await click(link("Open"));
    await click(button("End the session"));
    await click(page.getByRole("dialog").getByRole("button", { name: "End the session" }));
    await page.getByText("ended from here").waitFor();
  });

  it("exports a month of conversations", async () => {
    await section("Sessions");
    await page.getByRole("row", { name: /Something rude/ }).waitFor();
    const download = page.waitForEvent("download");
    await click(button("CSV"));
    expect(await readFile(await (await download).path(), "utf8")).toContain("Something rude");
  });

  it("approves somebody's request", async () => {
    await call(owner(), "PUT", "/api/agents/clinic-desk/access-policy", { mode: "approval", allowed_emails: [] });
    const { token } = await call<{ token: string }>(owner(), "POST", "/api/agents/clinic-desk/public-links", {});
    const anyone = createBearerClient({ bases: [product.base] });
    type Asked = { request_id: string };
    const asked = await call<Asked>(anyone, "POST", "/api/public/verify/request", { token, email: VISITOR });
    const code = await codeFor(VISITOR);
    await anyone.call("POST", "/api/public/verify/confirm", {
      token,
      email: VISITOR,
      code,
      request_id: asked.request_id,
    });
    await page.getByText(/Needs a look:.*requests to approve/).waitFor();
    await click(link("Requests to approve"));
    await click(button(`Approve ${VISITOR}`));
    await page.getByText(`${VISITOR} is approved`).waitFor();
  });

  it("erases one person", async () => {
    await section("Trust");
    await click(page.getByRole("navigation", { name: "Trust" }).getByRole("link", { name: "Privacy" }));
    await click(button("Erase a person"));
    await page.getByRole("dialog").getByLabel("E-mail address").fill(VISITOR);
    await click(button("Show what goes"));
    await page.getByLabel(`Type “${VISITOR}” to go on`).fill(VISITOR);
    await click(button("Erase for good"));
    await page
      .getByRole("complementary", { name: "Erasure of a person" })
      .getByRole("heading", { name: "Receipt" })
      .waitFor();
  });

  /** The six digits that were mailed to an address. */
  async function codeFor(email: string): Promise<string> {
    const mails = z.object({ data: z.array(z.object({ to: z.string(), text: z.string() })) });
    const find = async () => {
      const { data } = mails.parse(await call(owner(), "GET", "/api/dev/mail"));
      return /\b\d{6}\b/.exec(data.find(({ to }) => to === email)?.text ?? "")?.[0] ?? null;
    };
    await expect.poll(find).not.toBeNull();
    return (await find()) ?? "";
  }
});
