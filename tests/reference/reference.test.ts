import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createParleyClient } from "@parley/client";
import { withPostgresClient } from "@parley/stores";
import { createSignedClient, type FreshDatabase, freshDatabase } from "@parley/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launchBrowser } from "../../libs/chat-page/test/browser.js";
import { type Announcement, type FirstStart, firstStart } from "../e2e/first-start.js";
import { bundle, exampleSource, hookSource, type PageSettings, snippet } from "./react-page.js";

const run = promisify(execFile);
const JACK = "My name is Jack and my zip code is 30301";

describe("the examples of the reference document, run as they are printed", { timeout: 60_000 }, () => {
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

  /** The placeholders filled in, as a reader does. */
  const filled = (code: string): string =>
    code
      .replaceAll('"tenant_id": "..."', `"tenant_id": "${demo.tenant_id}"`)
      .replaceAll('tenant_id: "..."', `tenant_id: "${demo.tenant_id}"`)
      .replaceAll('"agent_id": "..."', `"agent_id": "${agentId}"`)
      .replaceAll('agent_id: "..."', `agent_id: "${agentId}"`);
  const created = { http: 201, session_id: expect.stringMatching(/^text_[\w-]{22}$/) };
  const env = () => ({ PATH: process.env.PATH, API_SECRET: demo.api_key, BASE: product.base });

  it("the signature in Python opens a session", async () => {
    const code = `import os
API_SECRET = os.environ["API_SECRET"]
${filled(snippet("signature.py"))}
import urllib.request
request = urllib.request.Request(os.environ["BASE"] + path, data=body_bytes, headers=headers, method=method)
with urllib.request.urlopen(request) as answer:
    print(json.dumps({"http": answer.status, **json.load(answer)}))`;
    const { stdout } = await run("python3", ["-c", code], { env: env() });
    expect(JSON.parse(stdout)).toMatchObject(created);
  });

  it("the signature in JavaScript opens a session", async () => {
    const code = `const { API_SECRET, BASE } = process.env;
${filled(snippet("signature.js.txt"))}
const headers = { "Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signature };
const answer = await fetch(BASE + "/api/chat/sessions", { method: "POST", headers, body: bodyStr });
console.log(JSON.stringify({ http: answer.status, ...(await answer.json()) }));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { env: env() });
    expect(JSON.parse(stdout)).toMatchObject(created);
  });

  it("every request is taken and every answer has each field of its example, of its kind", async () => {
    const examples: Record<string, Record<string, unknown>> = JSON.parse(snippet("examples.json"));
    const api = createSignedClient({ bases: [product.base], key: demo.api_key });
    const call = async (method: string, path: string, name: string, status: number, body?: unknown) => {
      const answer = await api.call<Record<string, unknown>>(method, path, body);
      expect(answer.status, answer.text).toBe(status);
      expect(kindsOf(answer.body, examples[name])).toEqual(kindsOf(examples[name], examples[name]));
      return answer.body;
    };
    const request = { ...examples["create-session.request"], tenant_id: demo.tenant_id, agent_id: agentId, version: 1 };
    const session = await call("POST", "/api/chat/sessions", "create-session.response", 201, request);
    const path = `/api/chat/sessions/${session.session_id}`;
    const turn = await call("POST", `${path}/messages`, "send-message.response", 200, { content: JACK });
    const transitions = [turn.transitions].flat();
    expect(turn.transition).toEqual(transitions.at(-1));
    for (const one of transitions)
      expect(kindsOf(one, examples.transition)).toEqual(kindsOf(examples.transition, examples.transition));
    await call("POST", `${path}/messages`, "send-message.response", 200, examples["send-message.request"]);
    await call("GET", path, "get-session.response", 200);
    await call("DELETE", path, "end-session.response", 200);
    const after = await api.call("POST", `${path}/messages`, { content: "still there?" });
    expect(after.status).toBe(410);
    expect((await api.call("GET", "/api/chat/sessions/text_unknown")).status).toBe(404);
  });

  it("both queries find what was said", async () => {
    const { sessions } = createParleyClient({ baseUrl: product.base, apiKey: demo.api_key });
    const { session_id } = await sessions.create({ tenant_id: demo.tenant_id, agent_id: agentId });
    await sessions.send(session_id, JACK);
    const [conversation = "", perDay = ""] = snippet("queries.sql").split(/(?<=;)/);
    await withPostgresClient(database.adminUrl, async (owner) => {
      const said = await owner.query<Record<string, unknown>>(conversation.replace("text_abc123", session_id));
      expect(said.rows.map(({ role }) => role)).toEqual(expect.arrayContaining(["assistant", "user"]));
      expect(said.rows.find(({ role }) => role === "user")).toMatchObject({
        ...{ session_id, status: "active", total_turns: 1, content: JACK },
        collected_data: expect.objectContaining({ first_name: "Jack" }),
      });
      const days = await owner.query<{ messages: string }>(perDay);
      expect(days.rows.reduce((sum, { messages }) => sum + Number(messages), 0)).toBeGreaterThanOrEqual(
        said.rows.length,
      );
    });
  });

  describe("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser(findChromium() ?? "");
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
    const talk = async (page: Page): Promise<void> => {
      await page.locator(".message.assistant").first().waitFor();
      await page.locator("input").fill(JACK);
      await page.locator("button[type=submit]").click();
      await page.locator(".message.user", { hasText: JACK }).waitFor();
      await page.locator(".node-badge", { hasText: "📍 Questions and Answers" }).waitFor();
      await page.locator(".debug-toggle").click();
    };

    it("the React example talks, and shows nodes, transitions and variables", async () => {
      const page = await open(exampleSource());
      await talk(page);
      expect(await page.locator(".debug-info .variables").textContent()).toContain('"first_name":"Jack"');
      expect(await page.locator(".transition .condition").allTextContents()).toContain("(user_responded)");
      await page.close();
    });

    it("its component runs on the client's useChat: a clock that is an hour off, a 503 and a cut connection on the way", async () => {
      const asked: string[] = [];
      const page = await open(hookSource(), (opened) =>
        opened.route("**/messages", async (route) => {
          asked.push(JSON.parse(route.request().postData() ?? "{}").client_message_id);
          if (asked.length === 1) return route.abort("connectionreset");
          if (asked.length === 2) return route.fulfill({ status: 503, json: { code: "not_ready" } });
          return route.continue();
        }),
      );
      await talk(page);
      expect(asked).toHaveLength(3);
      expect(new Set(asked).size).toBe(1);
      expect(await page.locator(".message").count()).toBe(3);
      expect(await page.locator(".error").count()).toBe(0);
      await page.close();
    });
  });
});

/** Which fields an example names, and what kind each has; null where either has null, because the document says it may. */
function kindsOf(value: unknown, example: unknown): Record<string, string> {
  const fields = { ...(typeof value === "object" ? value : {}) } as Record<string, unknown>;
  const known = { ...(typeof example === "object" ? example : {}) } as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(known).map((name) => [name, name in fields ? kindOf(fields[name] ?? known[name]) : "missing"]),
  );
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);
