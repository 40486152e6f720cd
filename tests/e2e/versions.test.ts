import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createParleyClient, createTransport } from "@parley/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runHere } from "../../apps/cli/test/run-cli.js";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const EXAMPLE = "examples/workflow/test-suite.yaml";

/** What the answers of these calls are read for. */
const answered = z.looseObject({
  code: z.string().optional(),
  version: z.number().optional(),
  active: z.boolean().optional(),
  passed: z.boolean().optional(),
});

/** Greets; leaves at `word`. */
const doorman = (word: string, name = "Doorman") => ({
  agent: { name },
  workflow: {
    initial_node: "door",
    nodes: [
      {
        id: "door",
        proactive: true,
        static_text: "Hello.",
        transitions: [{ condition: `contains:${word}`, target: "out" }],
      },
      { id: "out", type: "end_call", static_text: "Bye." },
    ],
  },
});

describe("versions that are safe to publish, over HTTP and on the command line", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-versions-"));
  let product: FirstStart;
  let demo: Announcement;
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
  }, 120_000);
  afterAll(async () => {
    await product?.clear();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const call = async (method: string, path: string, body?: unknown, type = "application/json") => {
    const response = await fetch(product.base + path, {
      method,
      headers: { authorization: `Bearer ${demo.admin_token}`, ...(body === undefined ? {} : { "content-type": type }) },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: answered.parse(await response.json()) };
  };
  const parley = (...argv: string[]) =>
    runHere(argv, { env: { PARLEY_URL: product.base, PARLEY_TENANT: demo.tenant_id, PARLEY_TOKEN: demo.admin_token } });
  const chat = () => createParleyClient({ baseUrl: product.base, apiKey: demo.api_key }).sessions;
  const importing = (agent: string, document: unknown, more: object = {}) =>
    call("POST", `/api/agents/${agent}/import`, { document, ...more });
  /** A session of the agent in which these lines were said. */
  const conversation = async (agentId: string, ...lines: string[]): Promise<string> => {
    const { session_id } = await chat().create({ tenant_id: demo.tenant_id, agent_id: agentId });
    for (const line of lines) await chat().send(session_id, line);
    return session_id;
  };
  const idOf = async (agent: string): Promise<string> =>
    z.string().parse((await call("GET", `/api/agents/${agent}`)).body.id);

  it("plays the example of the reference: tests, coverage, the gate, the override", async () => {
    const text = readFileSync(join(ROOT, EXAMPLE), "utf8");
    const yaml = (path: string, document = text) => call("POST", path, document, "application/yaml");
    expect(await yaml("/api/agents/desk/import")).toMatchObject({ status: 200, body: { version: 1, active: true } });
    const broken = text.replace("I need the number on your receipt.", "What?");
    const refused = await yaml("/api/agents/desk/import", broken);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: "tests_not_green",
        tests: "failed",
        failing: [{ name: "asks again for a number that is none" }],
        errors: [{ pointer: "/document/tests/1", rule: "test", message: "has not passed" }],
      },
    });
    expect(await yaml("/api/agents/desk/import?activate=false", broken)).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    const activate = "/api/agents/desk/versions/2/activate";
    expect(await call("POST", activate)).toMatchObject({ status: 409, body: { code: "tests_not_green" } });
    expect(await call("POST", "/api/agents/desk/versions/2/test")).toMatchObject({
      status: 200,
      body: { passed: false },
    });
    expect(await call("POST", activate, {})).toMatchObject({ status: 409, body: { code: "tests_not_green" } });
    expect(await call("POST", activate, { why: "not" })).toMatchObject({ status: 422 });
    expect(await call("POST", activate, { override_reason: "a typo holds up the desk" })).toMatchObject({
      status: 200,
      body: { active_version: 2 },
    });
    expect(await call("GET", "/api/agents/desk/gate-overrides")).toMatchObject({
      status: 200,
      body: { data: [{ version: 2, reason: "a typo holds up the desk", via: "token" }] },
    });
  });

  it("tests on the command line, with the reasons and what was not visited", async () => {
    const good = await parley("agents", "test", "desk", "1");
    expect(good).toEqual({
      code: 0,
      err: "",
      out: "✓ finds an order\n✓ asks again for a number that is none\n2 of 2 tests passed\nvisited 7 of 7 nodes, 7 of 7 transitions\n",
    });
    const bad = await parley("agents", "test", "desk", "2");
    expect(bad.code).toBe(1);
    expect(bad.out).toContain('    step 1 "I lost it": reply: expected it to match "receipt", got "What?"\n');
    const activate = await parley("agents", "import", "desk", join(ROOT, EXAMPLE), "--json");
    expect([activate.code, JSON.parse(activate.out)]).toMatchObject([0, { version: 3, active: true }]);
  });

  it("compares versions on the command line", async () => {
    const diff = await parley("agents", "diff", "desk", "1", "2");
    expect(diff.code).toBe(0);
    expect(diff.out).toContain('-        "static_text": "I need the number on your receipt.",');
    expect(diff.out).toContain('+        "static_text": "What?",');
    expect((await parley("agents", "diff", "desk", "1", "3")).out).toBe("The versions are the same.\n");
  });

  it("replays conversations against a changed version and names those that take another path", async () => {
    await importing("doorman", doorman("bye"));
    const agentId = await idOf("doorman");
    const leaving = await conversation(agentId, "good bye");
    await importing("doorman", doorman("leave"), { activate: false });
    expect(await parley("agents", "replay", "doorman", "1")).toMatchObject({
      code: 0,
      out: "1 of 1 sessions go the same way\n",
    });
    const changed = await parley("agents", "replay", "doorman", "2", "--session", leaving, "text_nobody");
    expect(changed.code).toBe(1);
    expect(changed.out).toContain("0 of 1 sessions go the same way\n");
    expect(changed.out).toMatch(new RegExp(`^${leaving} +2 +transition +door → out +nothing$`, "m"));
    expect(changed.out).toContain("no session of this agent: text_nobody\n");
    const replay = "/api/agents/doorman/versions/2/replay";
    expect(await call("POST", replay, { limit: 501 })).toMatchObject({ status: 422 });
    expect(await call("POST", replay, { limit: 1, session_ids: [leaving] })).toMatchObject({ status: 422 });
    expect(await call("POST", replay)).toMatchObject({
      status: 200,
      body: { replayed: 1, identical: 0, model_calls: 0, diverged: [{ session_id: leaving, kind: "transition" }] },
    });
  });

  it("shows the trace of a session to its owner and to the backend that signs, and makes a test of it that passes", async () => {
    const agentId = await idOf("doorman");
    const sessionId = await conversation(agentId, "I am nobody@example.org", "bye");
    const owner = await call("GET", `/api/sessions/${sessionId}/trace`);
    expect(owner.body).toMatchObject({
      session_id: sessionId,
      turns: [
        { kind: "open", nodes: ["door"] },
        { conditions: [{ condition: "contains:bye", verdict: "no", inputs: { text: "I am nobody@example.org" } }] },
        { nodes: ["door", "out"], conditions: [{ verdict: "yes" }], response: "Bye." },
      ],
    });
    const signing = createTransport({ baseUrl: product.base, credentials: { type: "key", apiKey: demo.api_key } });
    const path = `/api/chat/sessions/${sessionId}/trace`;
    expect(await signing.json({ method: "GET", path })).toEqual(owner.body);
    const page = await call("GET", `/api/sessions/${sessionId}/trace?limit=1&cursor=1`);
    expect(page.body).toMatchObject({ turns: [{ turn: 2 }], next_cursor: "2" });
    expect(await call("GET", "/api/sessions/text_nobody/trace")).toMatchObject({ status: 404 });
    const made = await call("POST", `/api/sessions/${sessionId}/to-test`);
    expect(made).toMatchObject({ status: 200, body: { agent: agentId, version: 1, notes: [] } });
    expect(JSON.stringify(made.body)).not.toContain("nobody@");
    const document = { ...doorman("bye"), tests: [made.body.test] };
    const { body } = await importing("doorman", document, { activate: false });
    expect(await call("POST", `/api/agents/doorman/versions/${body.version}/test`)).toMatchObject({
      status: 200,
      body: { passed: true },
    });
  });

  it("marks a conversation as wrong, and blocks a draft until it gives the expected answer", async () => {
    await importing("usher", doorman("bye", "Usher"));
    const sessionId = await conversation(await idOf("usher"), "hello", "bye");
    expect((await parley("reviews", "show", sessionId)).out).toBe("Nobody has given a verdict.\n");
    const verdict = ["wrong", "--turn", "3", "--expected", "Come back soon."];
    const given = await parley("reviews", "give", sessionId, ...verdict, "--note", "Too short.");
    expect(given.out).toContain("verdict   wrong in turn 3\nexpected  Come back soon.\nnote      Too short.\n");
    expect(await parley("reviews", "give", sessionId, "wrong", "--turn", "9")).toMatchObject({
      code: 1,
      err: expect.stringContaining("(turn_not_found)"),
    });
    expect(await parley("reviews", "give", sessionId, "fine")).toMatchObject({ code: 2 });
    expect((await parley("reviews", "list", "--verdict", "wrong")).out).toContain(sessionId);
    expect((await parley("agents", "draft", "publish", "usher")).err).toContain("(draft_not_found)");
    expect((await parley("reviews", "test", sessionId)).out).toContain("has the test");
    const text = (await parley("agents", "draft", "show", "usher")).out;
    expect(text).toContain("reply_contains: Come back soon.");
    const publish = () => parley("agents", "draft", "publish", "usher", "--no-activate", "--notes", "Kinder");
    expect((await publish()).out).toBe("usher: version 2\n");
    expect((await parley("agents", "test", "usher", "2")).out).toContain('contain "Come back soon.", got "Bye."');
    const file = join(folder, "usher.yaml");
    writeFileSync(file, `# by hand\n${text.replace("static_text: Bye.", "static_text: Bye. Come back soon.")}`);
    expect((await parley("agents", "draft", "save", "usher", file)).out).toBe("usher: draft 1, from version 1\n");
    const late = await parley("agents", "draft", "save", "usher", file, "--revision", "7", "--rebase");
    expect(late).toMatchObject({ code: 0 });
    expect((await publish()).out).toBe("usher: version 3\n");
    expect(await parley("agents", "test", "usher", "3")).toMatchObject({ code: 0 });
    expect((await parley("agents", "draft", "save", "usher", file)).code).toBe(0);
    expect((await parley("agents", "draft", "discard", "usher")).out).toBe("usher: the draft is discarded\n");
    expect((await parley("reviews", "remove", sessionId)).out).toBe("removed\n");
    const audit = await call("GET", "/api/audit?limit=200");
    const acts = z
      .array(z.looseObject({ action: z.string(), target_id: z.string().nullable() }))
      .parse(audit.body.data);
    const ours = acts.filter(({ target_id }) => target_id === sessionId).map(({ action }) => action);
    expect(ours).toEqual(expect.arrayContaining(["session.reviewed", "session.review_removed", "session.test.read"]));
  });

  it("tries a version, for editors, thirty times a minute, and records who made calls", async () => {
    expect(await importing("tried", doorman("bye", "Tried"))).toMatchObject({ status: 200 });
    const tried = await parley("agents", "try", "tried", "--say", "bye");
    expect(tried.out).toContain("> bye\nBye.\n  [door → out, ");
    expect(tried.code).toBe(0);
    const path = "/api/agents/tried/try";
    const acts = async (): Promise<unknown[]> => {
      const { body } = await call("GET", "/api/audit?limit=200");
      return z
        .array(z.looseObject({ action: z.string() }))
        .parse(body.data)
        .filter(({ action }) => action === "agent.tried");
    };
    expect(await acts()).toEqual([]);
    expect(await call("POST", path, { steps: [], api_calls: "make" })).toMatchObject({ status: 200 });
    expect(await acts()).toMatchObject([{ target_id: "tried" }]);
    const made = await call("POST", "/api/tokens", { name: "Olga", role: "operator" });
    const olga = { authorization: `Bearer ${z.string().parse(made.body.token)}`, "content-type": "application/json" };
    const refused = await fetch(product.base + path, { method: "POST", headers: olga, body: "{}" });
    expect(refused.status).toBe(403);
    // Fewer at once than a process plays: those beyond would be told to come back.
    const many: Awaited<ReturnType<typeof call>>[] = [];
    while (many.length < 100 && many.every(({ status }) => status === 200))
      many.push(...(await Promise.all(Array.from({ length: 4 }, () => call("POST", path, { steps: [] })))));
    expect(many.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
    const late = many.find(({ status }) => status !== 200);
    expect(late).toMatchObject({ status: 429, body: { code: "rate_limited", scope: "try" } });
  });

  it("imports many documents, renames an agent, and deletes one with its live data when forced", async () => {
    const documents = [doorman("bye", "First"), { agent: { name: "Broken" } }, doorman("bye", "Second")];
    expect(await call("POST", "/api/agents/bulk-import", { documents })).toMatchObject({
      status: 200,
      body: {
        results: [
          { status: "created" },
          { index: 1, status: "failed", code: "invalid_document" },
          { status: "created" },
        ],
      },
    });
    expect(await call("POST", "/api/agents/bulk-import", { documents: [] })).toMatchObject({ status: 422 });
    expect(await call("PATCH", "/api/agents/first", { name: "Porter", description: "Opens doors" })).toMatchObject({
      status: 200,
      body: { name: "Porter", slug: "first", description: "Opens doors" },
    });
    expect(await call("PATCH", "/api/agents/first", {})).toMatchObject({ status: 422 });
    const link = await call("POST", "/api/agents/first/public-links", { title: "Door" });
    expect(link.status).toBe(201);
    const sessionId = await conversation(await idOf("first"), "hello");
    expect(await call("DELETE", "/api/agents/first")).toMatchObject({
      status: 409,
      body: { code: "agent_in_use", live_links: 1, live_sessions: 1 },
    });
    expect(await call("DELETE", "/api/agents/first?force=true")).toMatchObject({
      status: 200,
      body: { deleted: true, links_deleted: 1, sessions_ended: 1 },
    });
    expect(await chat().get(sessionId)).toMatchObject({ status: "completed", end_reason: "agent_deleted" });
    const token = z.string().parse(link.body.token);
    expect((await fetch(`${product.base}/api/public/link/${token}`)).status).toBe(404);
    expect((await call("GET", "/api/agents/first")).status).toBe(404);
    expect((await call("GET", `/api/sessions/${sessionId}/trace`)).status).toBe(200);
    expect(await importing("first", doorman("bye", "First"))).toMatchObject({
      status: 200,
      body: { status: "created" },
    });
  });
});
