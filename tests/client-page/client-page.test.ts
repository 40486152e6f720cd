import { createParleyClient } from "@parley/client";
import { withPostgresClient } from "@parley/local-servers";
import { type FreshDatabase, freshDatabase } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "../e2e/first-start.js";
import { bundle, exampleSource, type PageSettings } from "./react-page.js";

const JACK = "My name is Jack and my zip code is 30301";

describe("manual tasks of operators and page developers", { timeout: 60_000 }, () => {
  let database: FreshDatabase;
  let product: FirstStart;
  let demo: Announcement;
  let agentId = "";
  beforeAll(async () => {
    database = await freshDatabase();
    product = await firstStart({ DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl });
    demo = await product.start();
    agentId = demo.agents.find(({ name }) => name === "Clinic Desk")?.id ?? "";
  }, 120_000);
  afterAll(async () => {
    await product?.clear();
    await database?.drop();
  }, 60_000);

  it("finds messages with a query by session, and counts them with one by day", async () => {
    const { sessions } = createParleyClient({ baseUrl: product.base, apiKey: demo.api_key });
    const { session_id } = await sessions.create({ tenant_id: demo.tenant_id, agent_id: agentId });
    await sessions.send(session_id, JACK);
    await withPostgresClient(database.adminUrl, async (owner) => {
      const said = await owner.query<Record<string, unknown>>(
        `select c.session_id, c.status, c.total_turns, c.collected_data, m.role, m.content, m.created_at
           from text_conversations c join text_conversation_messages m on m.conversation_id = c.id
          where c.session_id = $1 order by m.sequence`,
        [session_id],
      );
      expect(said.rows.map(({ role }) => role)).toEqual(expect.arrayContaining(["assistant", "user"]));
      expect(said.rows.find(({ role }) => role === "user")).toMatchObject({
        ...{ session_id, status: "active", total_turns: 1, content: JACK },
        collected_data: expect.objectContaining({ first_name: "Jack" }),
      });
      const days = await owner.query<{ messages: string }>(
        `select created_at::date as day, count(*) as messages from text_conversation_messages
          where created_at >= now() - interval '7 days' group by day order by day`,
      );
      expect(days.rows.reduce((sum, { messages }) => sum + Number(messages), 0)).toBeGreaterThanOrEqual(
        said.rows.length,
      );
    });
  });

  describe("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());

    /** A page of the gateway's own address that runs this script. */
    const open = async (source: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page> => {
      const settings: PageSettings = { base: product.base, secret: demo.api_key, tenantId: demo.tenant_id, agentId };
      const script = await bundle(source, settings);
      const page = await browser.newPage();
      await prepare?.(page);
      await page.route(`${product.base}/example`, (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><body></body>" }),
      );
      await page.goto(`${product.base}/example`);
      await page.addScriptTag({ type: "module", content: script });
      return page;
    };
    it("the React example talks on useChat: a clock that is an hour off, a 503 and a cut connection on the way", async () => {
      const asked: string[] = [];
      const page = await open(exampleSource(), (opened) =>
        opened.route("**/messages", async (route) => {
          asked.push(JSON.parse(route.request().postData() ?? "{}").client_message_id);
          if (asked.length === 1) return route.abort("connectionreset");
          if (asked.length === 2) return route.fulfill({ status: 503, json: { code: "not_ready" } });
          return route.continue();
        }),
      );
      await page.locator("li.assistant").first().waitFor();
      await page.getByLabel("Message").fill(JACK);
      await page.getByRole("button", { name: "Send" }).click();
      await page.locator("li.user", { hasText: JACK }).waitFor();
      await page.locator(".where", { hasText: "Questions and Answers" }).waitFor();
      await expect.poll(() => page.locator(".variables").textContent()).toContain('"first_name":"Jack"');
      await expect
        .poll(async () => (await page.locator(".move").allTextContents()).join())
        .toContain("(user_responded)");
      expect(asked).toHaveLength(3);
      expect(new Set(asked).size).toBe(1);
      await expect.poll(() => page.locator("li").count()).toBe(3);
      await expect.poll(() => page.getByRole("alert").count()).toBe(0);
      await page.close();
    });
  });
});
