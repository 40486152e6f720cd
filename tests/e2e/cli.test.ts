import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createParleyClient } from "@parley/client";
import { programOf } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

const PROGRAM = programOf("apps/cli");
const SESSION = /text_[\w-]{22}/;

const GOLDEN = `============================================================
  Text Chat CLI - Interactive Agent Testing
============================================================
  Server: <url>
  Tenant: <tenant>
  Agent:  <agent>
============================================================

  Creating session...
  ✓ Session ID: <session>
  ✓ Agent Config Version: 1 (active)
  ✓ Starting node: Disclaimer
  Startup transitions:
    ➡️  Disclaimer → Welcome Greeting (always)
    ➡️  Welcome Greeting → Collect Visitor Details (always)
  ✓ Current node: Collect Visitor Details

  ┌─ Agent ───────────────────────────────────────────────────
  │ <text>
  └─────────────────────────────────────────────────────────────

  You: My name is Jack and my zip code is 30301

  ┌─ Agent ───────────────────────────────────────────────────
  │ <text>
  └─────────────────────────────────────────────────────────────
  📍 Node: Questions and Answers (questions) | ⏱️ <n>ms
    ➡️  Collect Visitor Details → Read Visitor Details (user_responded)
    ➡️  Read Visitor Details → Personalized Greeting (variables_extracted:first_name,zip_code)
    ➡️  Personalized Greeting → Questions and Answers (always)
    📝 Extracted: first_name=Jack, zip_code=30301, intake=complete

`;

// Each call of the program is a process of its own.
describe("the command line against the product", { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-cli-"));
  let product: FirstStart;
  let demo: Announcement;
  let agent = "";
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    agent = demo.agents.find(({ name }) => name === "Clinic Desk")?.id ?? "";
  }, 120_000);
  afterAll(async () => {
    await product?.clear();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const run = async (argv: string[], input: string, more: Record<string, string>): Promise<Ran> => {
    const env = { PATH: process.env.PATH, PARLEY_URL: product.base, PARLEY_TENANT: demo.tenant_id, ...more };
    const child = spawn(process.execPath, argv, { cwd: ROOT, env });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.stdin.end(input);
    const [code]: [number | null] = await (once(child, "close") as Promise<[number | null]>);
    return { code, out, err };
  };
  const parley = (argv: string[], input = "", more: Record<string, string> = {}) =>
    run([...PROGRAM, ...argv], input, more);
  const byKey = (argv: string[], input = "") => parley(argv, input, { ADMIN_API_KEY: demo.api_key });
  const byToken = (argv: string[], input = "") => parley(argv, input, { PARLEY_TOKEN: demo.admin_token });
  const sessionOf = (out: string): string => SESSION.exec(out)?.[0] ?? "";
  const client = () => createParleyClient({ baseUrl: product.base, apiKey: demo.api_key });

  it("looks like the reference, and leaves the session open at the end of the input", async () => {
    const argv = ["chat", "-t", demo.tenant_id, "-a", agent, "--url", product.base];
    const { code, out, err } = await byKey(argv, "My name is Jack and my zip code is 30301\n");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const plain = out
      .replaceAll(product.base, "<url>")
      .replaceAll(demo.tenant_id, "<tenant>")
      .replaceAll(agent, "<agent>")
      .replace(SESSION, "<session>")
      .replace(/⏱️ \d+ms/, "⏱️ <n>ms")
      .replace(/( {2}│ .+\n)+/g, "  │ <text>\n");
    expect(plain).toBe(GOLDEN);
    for (const line of out.split("\n").filter((text) => text.startsWith("  │"))) expect(line.length).toBeLessThan(65);
    expect(await client().sessions.get(sessionOf(out))).toMatchObject({ status: "active", turns: 1 });
  });

  it("writes one JSON object per line to a pipe, takes commands, and ends the session when told", async () => {
    const lines = "Call me Ada, 90210\n\n/status\n/vars\n/history\n/end\nnever said\n";
    const { code, out } = await byKey(["chat", "-a", "clinic-desk", "--version", "1", "--json"], lines);
    expect(code).toBe(0);
    const said = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(said.map(({ type }) => type)).toEqual(["session", "turn", "status", "vars", "history", "end"]);
    expect(said[0]).toMatchObject({ agent_config_version: 1, status: "active" });
    expect(said[1]).toMatchObject({ input: "Call me Ada, 90210", node_id: "questions", turn_number: 1 });
    expect(said[3].collected_data).toMatchObject({ first_name: "Ada", zip_code: "90210" });
    expect(said[4].data.filter(({ role }: { role: string }) => role === "user")).toHaveLength(1);
    expect(await client().sessions.get(said[0].session_id)).toMatchObject({ status: "completed" });
  });

  it("leaves the session open when it is interrupted", async () => {
    const env = { PATH: process.env.PATH, PARLEY_TENANT: demo.tenant_id, ADMIN_API_KEY: demo.api_key };
    const argv = [...PROGRAM, "chat", "-a", agent, "--url", product.base];
    const child = spawn(process.execPath, argv, { cwd: ROOT, env });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    await expect.poll(() => out, { timeout: 60_000 }).toContain("└─");
    // Its input stays open: only the signal ends it.
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(await client().sessions.get(sessionOf(out))).toMatchObject({ status: "active" });
  });

  it("stops a pipe at the first failure with exit code 1, and tells usage errors from failures", async () => {
    const wrong = await byKey(["chat", "-a", agent, "--json"], `${"x".repeat(10_001)}\nnever said\n`);
    expect(wrong.code).toBe(1);
    expect(wrong.out.trimEnd().split("\n")).toHaveLength(1);
    expect(wrong.err).toMatch(/^parley: .+ \(validation_failed\)\n/);
    const unsigned = await parley(["chat", "-a", agent], "", { PARLEY_KEY: "not the key" });
    expect(unsigned).toMatchObject({ code: 1, err: expect.stringContaining("(invalid_signature)") });
    expect((await byKey(["chat"])).code).toBe(2);
    const missing = await byKey(["chat", "-a", agent, "--version", "99"]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("not_found)") });
  });

  it("takes an agent through export, validation, import and activation", async () => {
    const exported = await byToken(["agents", "export", "clinic-desk"]);
    const file = join(folder, "clinic.json");
    writeFileSync(file, exported.out);
    expect(await byToken(["agents", "validate", file])).toMatchObject({ code: 0, out: `${file}: valid\n` });
    const bad = await byToken(["agents", "validate", "-", "--json"], '{"agent": {}, "workflow": {}}');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ valid: false });
    const yaml = await byToken(["agents", "export", "clinic-desk", "--yaml"]);
    const imported = await byToken(["agents", "import", "copied-desk", "-", "--json"], yaml.out);
    expect(JSON.parse(imported.out)).toMatchObject({ status: "created", version: 1, active: true });
    const worded = `# What the desk is for\n${yaml.out}`;
    const noted = await byToken(["agents", "import", "noted-desk", "-", "--notes", "With a word", "--json"], worded);
    expect(JSON.parse(noted.out)).toMatchObject({ status: "created", version: 1, active: true });
    expect((await byToken(["agents", "export", "noted-desk", "--yaml"])).out).toBe(worded);
    const draft = `# Not live yet\n${yaml.out}`;
    expect((await byToken(["agents", "draft", "save", "noted-desk", "-"], draft)).code).toBe(0);
    expect((await byToken(["agents", "export", "noted-desk", "--yaml", "--draft"])).out).toBe(draft);
    const second = await byToken(["agents", "import", "copied-desk", file, "--no-activate", "--json"]);
    expect(JSON.parse(second.out)).toMatchObject({ status: "updated", version: 2, active: false });
    expect((await byToken(["agents", "activate", "copied-desk", "2"])).out).toBe("copied-desk: version 2 is active\n");
    // Signed by the operator's key instead of a token.
    const listed = JSON.parse((await byKey(["agents", "list", "--json"])).out).data;
    expect(listed).toContainEqual(expect.objectContaining({ slug: "copied-desk", active_version: 2 }));
  });

  it("creates, lists and revokes a link, and lists sessions", async () => {
    const argv = ["links", "create", "clinic-desk", "--title", "From the shell", "--max-sessions", "3", "--json"];
    const made = JSON.parse((await byToken([...argv, "--set", '{"session_timeout_minutes": 60}'])).out);
    expect(made).toMatchObject({ title: "From the shell", max_sessions: 3, session_timeout_minutes: 60 });
    expect((await byToken(["links", "list", "clinic-desk"])).out).toContain(`${made.id}  active`);
    const revoked = await byToken(["links", "revoke", "clinic-desk", made.id, "--json"]);
    expect(JSON.parse(revoked.out)).toMatchObject({ deleted: true });
    expect(await byToken(["links", "revoke", "clinic-desk", made.id])).toMatchObject({ code: 1 });
    const sessions = JSON.parse((await byToken(["sessions", "list", "--limit", "1", "--json"])).out).data;
    expect(sessions).toHaveLength(1);
  });

  it("shows and changes a link, and says what it does not know", async () => {
    const made = JSON.parse((await byToken(["links", "create", "clinic-desk", "--title", "Before", "--json"])).out);
    const changed = await byToken([
      "links",
      "update",
      "clinic-desk",
      made.id,
      "--title",
      "After",
      "--max-sessions",
      "9",
    ]);
    expect(changed).toMatchObject({ code: 0, out: "updated; active\n" });
    const shown = JSON.parse((await byToken(["links", "show", "clinic-desk", made.id, "--json"])).out);
    expect(shown).toMatchObject({ title: "After", max_sessions: 9, token_hint: made.token_hint });
    expect((await byToken(["links", "show", "clinic-desk", made.id])).out).toMatch(/^title +After$/m);
    const closed = ["links", "update", "clinic-desk", made.id, "--set", '{"is_active": false}', "--json"];
    expect(JSON.parse((await byToken(closed)).out)).toMatchObject({ title: "After", status: "inactive" });
    const unknown = await byToken(["links", "update", "clinic-desk", made.id, "--set", '{"colour": 1}']);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("(validation_failed)") });
  });

  it("follows a session to its end, shows it, and exports its transcript in four formats", async () => {
    const { sessions } = client();
    const { session_id: id } = await sessions.create({ tenant_id: demo.tenant_id, agent_id: agent });
    await sessions.send(id, "My name is Jack and my zip code is 30301");
    const shown = JSON.parse((await byToken(["sessions", "show", id, "--json"])).out);
    expect(shown).toMatchObject({ session_id: id, turns: 1, collected_data: { first_name: "Jack" } });
    const following = byKey(["sessions", "tail", id, "--json"]);
    const reading = byKey(["sessions", "tail", id]);
    expect((await byToken(["sessions", "end", id])).out).toMatch(/^ended; 1 turns, \d+ transitions\n$/);
    const followed = await following;
    expect(followed.code).toBe(0);
    const events = followed.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const said = events.filter(({ type }) => type === "message").map(({ role, content }) => `${role}: ${content}`);
    expect(said).toContain("user: My name is Jack and my zip code is 30301");
    expect(events.at(-1)).toMatchObject({ type: "session_ended", reason: "owner" });
    const last = events.filter(({ id: one }) => one !== null).at(-2).id;
    const rest = await byKey(["sessions", "tail", id, "--after", last]);
    expect(rest.out).toMatch(/^\S+ \S+ session_ended .+\n$/);
    expect((await reading).out).toContain("message user: My name is Jack and my zip code is 30301\n");

    const trace = await byToken(["sessions", "trace", id]);
    expect(trace.out).toContain("  > My name is Jack and my zip code is 30301\n  📍 collect_info → read_details");
    expect(trace.out).toMatch(/✓ read_details: variables_extracted:first_name,zip_code → personal_greeting/);
    expect(trace.out).toMatch(/⏱️ llm\.extract in read_details: \d+ ms, scripted\n/);
    const traced = await byToken(["sessions", "trace", id, "--after", "1", "--json"]);
    expect(JSON.parse(traced.out)).toMatchObject({ turn: 2, status: "done", variables: { first_name: "Jack" } });

    const text = await byToken(["sessions", "export", id]);
    expect(text.out).toContain("Visitor: My name is Jack and my zip code is 30301\n");
    const json = JSON.parse((await byToken(["sessions", "export", id, "--json"])).out);
    expect(json.messages.filter(({ role }: { role: string }) => role === "user")).toHaveLength(1);
    expect((await byToken(["sessions", "export", id, "--format", "csv"])).out).toMatch(/^"sequence","created_at"/);
    const file = join(folder, "session.html");
    expect((await byToken(["sessions", "export", id, "--output", file])).out).toMatch(/: \d+ characters\n$/);
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>/);
    const nowhere = await byToken(["sessions", "export", id, "--output", join(folder, "no/such/folder.txt")]);
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining("(not_written)") });
    expect(await byToken(["sessions", "end", id])).toMatchObject({
      code: 1,
      err: expect.stringContaining("(session_ended)"),
    });
  });

  it("revokes a key: it signs nothing any more", async () => {
    const made = JSON.parse((await byToken(["keys", "create", "short-lived", "--json"])).out);
    expect((await byToken(["keys", "revoke", made.id])).out).toBe("revoked; it signs nothing any more\n");
    const signing = { PARLEY_KEY: made.secret, PARLEY_KEY_ID: made.key_id };
    const refused = await parley(["chat", "-a", agent, "--json"], "/end\n", signing);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("(invalid_signature)") });
  });

  it("passes the options of up and bench to their programs", async () => {
    expect(await parley(["up", "--help"])).toMatchObject({ code: 0, out: expect.stringContaining("--port") });
    expect(await parley(["bench", "--help"])).toMatchObject({ code: 0, out: expect.stringContaining("bench") });
  });

  it("creates keys that sign immediately, and their successors", async () => {
    const made = JSON.parse((await byToken(["keys", "create", "backend", "--json"])).out);
    const signing = { PARLEY_KEY: made.secret, PARLEY_KEY_ID: made.key_id };
    expect((await parley(["chat", "-a", agent, "--json"], "/end\n", signing)).code).toBe(0);
    const next = JSON.parse((await byToken(["keys", "rotate", made.id, "--json"])).out);
    expect(next.secret).not.toBe(made.secret);
    const { data } = JSON.parse((await byToken(["keys", "list", "--json"])).out);
    const stands = Object.fromEntries(data.map(({ id, status }: Record<string, string>) => [id, status]));
    expect([stands[made.id], stands[next.id]]).toEqual(["rotating", "active"]);
    const table = (await byToken(["keys", "list"])).out;
    expect(table).toContain(next.key_id);
    for (const { secret } of [made, next]) expect(table).not.toContain(secret);
  });

  it("makes a key require a nonce, and reverts that", async () => {
    const made = JSON.parse((await byToken(["keys", "create", "strict", "--require-nonce", "--json"])).out);
    const { data } = JSON.parse((await byToken(["keys", "list", "--json"])).out);
    expect(data.find(({ id }: { id: string }) => id === made.id)).toMatchObject({ require_nonce: true });
    expect((await byToken(["keys", "require-nonce", made.id, "off"])).out).toContain("may come without X-Nonce");
    const again = JSON.parse((await byToken(["keys", "require-nonce", made.id, "on", "--json"])).out);
    expect(again).toMatchObject({ id: made.id, require_nonce: true });
    const refused = await byToken(["keys", "require-nonce", made.id, "perhaps"]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("on, off") });
  });

  it("finds a healthy product healthy: clock, readiness, key, token, immediate first event", async () => {
    const env = { ADMIN_API_KEY: demo.api_key, PARLEY_TOKEN: demo.admin_token };
    const { code, out } = await parley(["doctor", "-a", agent, "--json"], "", env);
    const { checks } = JSON.parse(out);
    expect(checks.map(({ check, state }: Record<string, string>) => `${check} ${state}`)).toEqual([
      "reachable ok",
      "clock ok",
      "ready ok",
      "key ok",
      "token ok",
      "address ok",
      "streaming ok",
    ]);
    expect(code).toBe(0);
  });

  it("runs the program that docs/client.md prints", async () => {
    const page = readFileSync(join(ROOT, "docs/client.md"), "utf8");
    const code = /<!-- example: client -->\n```ts\n([\s\S]*?)\n```/.exec(page)?.[1] ?? "";
    const env = { PARLEY_KEY: demo.api_key, AGENT: agent };
    const {
      code: exit,
      out,
      err,
    } = await run(["--conditions=parley-source", "--import", "tsx", "--input-type=module", "--eval", code], "", env);
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(out).toContain("Jack");
    expect(out).toMatch(/first_name: 'Jack'/);
  });

  it("exports an audit that is verified without the server", async () => {
    expect(await byToken(["agents", "list"])).toMatchObject({ code: 0 });
    const { out } = await byToken(["audit", "export"]);
    const file = join(folder, "audit.jsonl");
    writeFileSync(file, out);
    const found = JSON.parse((await byToken(["audit", "verify", "--json"])).out);
    const nowhere = { PARLEY_URL: "http://127.0.0.1:9" };
    const verified = await parley(["audit", "verify", "--file", file, "--json"], "", nowhere);
    expect(JSON.parse(verified.out)).toMatchObject({ intact: true, checked: found.checked });
    writeFileSync(file, out.replace(/"role":"owner"/, '"role":"admin"'));
    expect(await parley(["audit", "verify", "--file", file], "", nowhere)).toMatchObject({ code: 1 });
  });

  it("lets a program chat through the client: streamed text, the events of the session, a corrected clock", async () => {
    const clock = () => Date.now() - 3_600_000;
    const { sessions } = createParleyClient({ baseUrl: product.base, apiKey: demo.api_key, clock });
    const { session_id: id } = await sessions.create({ tenant_id: demo.tenant_id, agent_id: agent });
    const streamed = new Map<number, string>();
    const onDelta = ({ part, textSoFar }: { part: number; textSoFar: string }) => void streamed.set(part, textSoFar);
    const turn = await sessions.send(id, "My name is Jack and my zip is 30301", { onDelta });
    expect([...streamed.values()].every((text) => turn.messages.some(({ content }) => content.startsWith(text)))).toBe(
      true,
    );
    expect(streamed.size).toBeGreaterThan(0);
    await sessions.end(id);
    const types: string[] = [];
    for await (const { type } of sessions.events(id)) types.push(type);
    expect(types.at(-1)).toBe("session_ended");
    expect(types.filter((type) => type === "turn").length).toBeGreaterThan(0);
    const { data } = await sessions.history(id, { limit: 1 });
    expect(data).toHaveLength(1);
  });
});
