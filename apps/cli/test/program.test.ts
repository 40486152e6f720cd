import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

/** Commands that every release has. */
const COMMANDS = [
  ...["chat", "doctor", "migrate", "completion", "seed", "trace", "cache clear", "settings"],
  ...["agents test", "agents try", "agents replay", "agents diff"],
  ...["message-templates list", "message-templates show", "message-templates save", "message-templates delete"],
  ...["send", "deliveries", "cancel-delivery", "suppressions list", "suppressions add", "suppressions remove"],
  ...["schedules list", "schedules show", "schedules create", "schedules pause", "schedules resume", "schedules run"],
  ...["schedules runs", "schedules delete"],
  ...["alerts list", "alerts show", "alerts create", "alerts update", "alerts test", "alerts firings", "alerts delete"],
  ...["dlq list", "dlq show", "dlq replay", "dlq drop"],
  ...["knowledge add", "knowledge list", "knowledge show", "knowledge search", "knowledge remove"],
  ...["agents list", "agents import", "agents export", "agents validate", "agents activate"],
  ...["links create", "links list", "links show", "links update", "links send", "links revoke"],
  ...["sessions list", "sessions show", "sessions tail", "sessions trace", "sessions export", "sessions end"],
  ...["notes list", "notes add", "notes remove"],
  ...["reviews list", "reviews show", "reviews give", "reviews test", "reviews remove"],
  ...["replies list", "replies create", "replies update", "replies delete", "replies suggest"],
  ...["webhooks list", "webhooks create", "webhooks test", "webhooks deliveries", "webhooks redeliver"],
  ...["keys create", "keys list", "keys require-nonce", "keys rotate", "keys revoke"],
];

const GROUPS = [
  ...new Set(COMMANDS.filter((command) => command.includes(" ")).map((command) => command.split(" ")[0] ?? "")),
];

describe("the program", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** Answers every path by a table of `METHOD path` → status and body. */
  const serve = async (table: Record<string, [number, unknown]>): Promise<string> => {
    const made = createServer((request, response) => {
      const [status, body] = table[`${request.method} ${request.url?.split("?")[0]}`] ?? [404, { code: "not_found" }];
      // Status 0: never answered.
      if (status === 0) return;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    // An IP server always has an address of this kind.
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  };

  it.each([
    [["nonsense"], "unknown command 'nonsense'"],
    [["chat", "-a", "x"], "Name the tenant"],
    [["chat", "-t", "x"], "Name the agent"],
    [["chat", "-t", "x", "-a", "y"], "Set PARLEY_KEY"],
    [["chat", "-t", "x", "-a", "y", "--version", "0"], "whole number from 1"],
    [["agents", "list"], "Set PARLEY_TOKEN"],
    [["agents", "activate", "desk", "newest"], "'version'. It must be a whole number from 1"],
    [["agents", "test", "desk", "0"], "'version'. It must be a whole number from 1"],
    [["agents", "replay", "desk", "1.5"], "'version'. It must be a whole number from 1"],
    [["agents", "diff", "desk", "1", "-"], "'to'. It must be a whole number from 1"],
    [["doctor", "--url", "ftp://x"], "--url must be an address"],
    [["agents", "validate", "/nowhere/at/all"], "Set PARLEY_TOKEN"],
    [["links", "update", "desk", "x"], "Say what to change"],
    [["links", "create", "desk", "--set", "[1]"], "Set PARLEY_TOKEN"],
    [["links", "create", "desk", "--expires-in-hours", "soon"], "a number of hours above 0"],
    [["links", "update", "desk", "x", "--expires-in-hours", ""], "a number of hours above 0"],
    [["sessions", "export", "text_1", "--format", "pdf"], "Allowed choices are txt, json, csv, html"],
    [["sessions", "tail", "text_1"], "Set PARLEY_TOKEN"],
    [["completion", "cmd"], "Name a shell: bash, zsh, fish"],
    [["migrate"], "Set DATABASE_ADMIN_URL"],
  ])("refuses %j with exit code 2 and one sentence", async (argv, sentence) => {
    const { code, out, err } = await runHere(argv);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^parley: /);
    expect(err).toContain(sentence);
  });

  it.each(COMMANDS)("explains %s with an example, and offers --json", async (command) => {
    const { code, out } = await runHere([...command.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Examples:\n  $ parley ${command}`);
    expect(out).toContain("--json");
  });

  it("has exactly the commands that its documentation names", async () => {
    const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
    const block = /```\n(parley chat [\s\S]+?)```/.exec(page)?.[1] ?? "";
    // A line that begins with blanks continues with the group above it.
    const lines = block
      .replace(/\n {2,}/g, " ")
      .trim()
      .split("\n");
    const named = lines.flatMap((line) => {
      const [first = "", ...rest] = line
        .replace(/^parley /, "")
        .replace(/\[[^\]]*\]/g, "")
        .split(" | ");
      const [group = "", sub = ""] = first.split(" ");
      const isGroup = GROUPS.includes(group);
      const others = rest.map((part) => part.trim().split(" ")[0] ?? "");
      if (!isGroup) return group === "up" ? ["up", ...others] : [group];
      return [sub, ...others].map((name) => `${group} ${name}`);
    });
    for (const command of named.filter((name) => name !== "up" && name !== "bench"))
      expect([command, (await runHere([...command.split(" "), "--help"])).out]).toEqual([
        command,
        expect.stringMatching(new RegExp(`^Usage: parley ${command} `)),
      ]);
    expect(named).toEqual(expect.arrayContaining(COMMANDS));
  });

  it("completes exactly the commands, options and choices valid at the cursor", async () => {
    const offered = async (...words: string[]) =>
      (await runHere(["complete", "--", ...words])).out.split("\n").flatMap((line) => line.split("\t")[0] || []);
    const groups = new Set(COMMANDS.map((command) => command.split(" ")[0] ?? ""));
    expect(await offered("")).toEqual(expect.arrayContaining([...groups]));
    for (const group of groups) {
      const own = COMMANDS.filter((command) => command.startsWith(`${group} `)).map((command) => command.split(" ")[1]);
      expect(await offered(group, "")).toEqual(expect.arrayContaining(own));
    }
    expect(await offered("links", "re")).toEqual(["revoke"]);
    expect(await offered("chat", "--url", "links", "--ver")).toEqual(["--version"]);
    expect(await offered("links", "create", "desk", "--max-")).toEqual(["--max-sessions", "--max-messages"]);
    expect(await offered("sessions", "list", "--status", "a")).toEqual(["active", "abandoned"]);
    expect(await offered("sessions", "list", "--limit", "")).toEqual([]);
    expect(await offered("complete", "")).toEqual([]);
  });

  it("completes words in bash with the script it prints", async () => {
    const { out: script } = await runHere(["completion", "bash"]);
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const test = `parley() { "${process.execPath}" --conditions=parley-source --import tsx "${main}" "$@"; }
${script}
for typed in "" up; do COMP_WORDS=(parley links "$typed"); COMP_CWORD=2; _parley; echo "\${COMPREPLY[*]}"; done`;
    const { stdout } = await promisify(execFile)("bash", ["-c", test]);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["create list show update identity send revoke", "update"]);
  });

  it("reports by exit code that nobody answered", async () => {
    const url = "http://127.0.0.1:1";
    const { code, err } = await runHere(["keys", "revoke", "x", "--url", url], { env: { PARLEY_TOKEN: "ak_x" } });
    expect(code).toBe(3);
    expect(err).toContain("(network_error)");
  });

  it("reports a server error with its code and fields, without terminal control sequences", async () => {
    const errors = [{ pointer: "/title", rule: "max", message: "is too long\u001b[2J" }];
    const problem = { code: "validation_failed", detail: "Some fields are wrong.", errors };
    const url = await serve({ "POST /api/agents/desk/public-links": [422, problem] });
    const { code, err } = await runHere(["links", "create", "desk", "--url", url], { env: { PARLEY_TOKEN: "ak_x" } });
    expect(code).toBe(1);
    expect(err).toBe("parley: Some fields are wrong. (validation_failed)\n  /title is too long\n");
  });

  it("explains a transition without a condition in a trace: a global intent with its confidence", async () => {
    const call = { call_id: "1.1", type: "llm.classify", node_id: "desk", latency_ms: 3, model: "m", failed: null };
    const classified = (intent: string | null, confidence: number) => ({
      ...call,
      result: { type: "classification", matches: { intent, confidence } },
    });
    const turn = {
      ...{ turn: 2, kind: "message", status: "done", error: null, input: "A human, please", response: "" },
      nodes: ["desk", "person"],
      transitions: [{ from_node: "desk", to_node: "person", condition: "global_intent:human" }],
      conditions: [{ node_id: "desk", condition: "contains:x", target: "end", verdict: "no" }],
      calls: [classified("human", 0.93), classified(null, 0.2), { ...call, result: null, failed: "model_timeout" }],
      variables: {},
      latency: { total_ms: 9, model_ms: 3, api_ms: 0 },
    };
    const url = await serve({ "GET /api/sessions/text_1/trace": [200, { turns: [turn], next_cursor: null }] });
    const { out } = await runHere(["trace", "text_1", "--url", url], { env: { PARLEY_TOKEN: "ak_x" } });
    expect(out.split("\n").slice(2)).toEqual([
      "  📍 desk → person",
      "    · desk: contains:x → end",
      "    ✓ desk: global_intent:human → person",
      "    ⏱️ llm.classify in desk: 3 ms, m: human (0.93)",
      "    ⏱️ llm.classify in desk: 3 ms, m: no match",
      "    ⏱️ llm.classify in desk: 3 ms, m, failed: model_timeout",
      "",
    ]);
    const messages = [{ role: "system", content: "Be kind.\nAnswer." }];
    const asked = { ...call, result: null, failed: null, prompt: { messages, left_out: 2, same: true } };
    const read = { ...turn, conditions: [], transitions: [], calls: [asked, { ...asked, prompt: null }] };
    const again = await serve({ "GET /api/sessions/text_1/trace": [200, { turns: [read], next_cursor: null }] });
    const shown = await runHere(["trace", "text_1", "--prompts", "--url", again], { env: { PARLEY_TOKEN: "ak_x" } });
    expect(shown.out.split("\n").slice(3)).toEqual([
      "    ⏱️ llm.classify in desk: 3 ms, m",
      "      its prompt, made again: what was sent, 2 older messages left out",
      "      system: Be kind.",
      "        Answer.",
      "    ⏱️ llm.classify in desk: 3 ms, m",
      "      its prompt cannot be made again from what is stored",
      "",
    ]);
  });

  it("prints a replayed session turn by turn, and ends with 1 where it differs", async () => {
    const side = { nodes: ["hello"], messages: ["Hi."], actions: [], error: null };
    const turns = [
      { turn: 1, input: "", recorded: side, replayed: side, differs: [] },
      { turn: 2, input: "bye", recorded: side, replayed: { ...side, messages: ["So long."] }, differs: ["reply"] },
    ];
    const replay = {
      ...{ version: 4, turns, diverges_at: 2, model_calls: 1, usage: { input_tokens: 9, output_tokens: 2, cost: 0 } },
      stopped: { turn: 2, reason: "ended", detail: null },
    };
    const url = await serve({ "POST /api/sessions/text_1/replay": [200, replay] });
    const argv = ["sessions", "replay", "text_1", "--number", "4", "--url", url];
    const { out, code } = await runHere(argv, { env: { PARLEY_TOKEN: "ak_x" } });
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual([
      ...["1", "  was hello | Hi.", "2 differs: reply", "  > bye", "  was hello | Hi.", "  now hello | So long."],
      "with version 4 it differs from turn 2 on",
      "ends at turn 2: ended",
      "1 calls of models, 9 tokens in, 2 out",
      "",
    ]);
  });

  it("reports where a document cannot be parsed", async () => {
    const { code, err } = await runHere(["agents", "validate", "-"], {
      env: { PARLEY_TOKEN: "ak_x" },
      input: "agent: {name: Desk}\nworkflow: [\n",
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^parley: - is neither JSON nor YAML: .+ at line \d+, column \d+\. \(malformed_document\)\n$/);
  });

  it("uses colours only on a terminal and without NO_COLOR", async () => {
    const url = await serve({
      "GET /healthz": [200, { status: "ok" }],
      "GET /readyz": [200, { ready: true, checks: {} }],
    });
    const argv = ["doctor", "--url", url];
    const colour = "\u001b[";
    expect((await runHere(argv, { terminal: true })).out).toContain(colour);
    expect((await runHere(argv, { terminal: true, env: { NO_COLOR: "1" } })).out).not.toContain(colour);
    expect((await runHere(argv)).out).not.toContain(colour);
  });

  it("diagnoses in doctor an unreachable server, a missing dependency and a refused key", async () => {
    const away = await runHere(["doctor", "--url", "http://127.0.0.1:1", "--json"]);
    expect(away.code).toBe(1);
    expect(JSON.parse(away.out)).toMatchObject({ ok: false, checks: [{ check: "reachable", state: "failed" }] });
    const url = await serve({
      "GET /healthz": [200, { status: "ok" }],
      "GET /readyz": [503, { ready: false, checks: { nats: { ok: false }, redis: { ok: true } } }],
      "GET /api/chat/sessions/text_doctor": [401, { code: "invalid_signature", detail: "Wrong." }],
    });
    const broken = await runHere(["doctor", "--url", url, "--json"], { env: { PARLEY_KEY: "wrong" } });
    expect(broken.code).toBe(1);
    const checks = JSON.parse(broken.out).checks;
    expect(checks).toContainEqual({ check: "ready", state: "failed", detail: "without nats" });
    expect(checks).toContainEqual({ check: "key", state: "failed", detail: "Wrong. (invalid_signature)" });
  });

  it("diagnoses in doctor a proxy that buffers events", async () => {
    const url = await serve({
      "GET /healthz": [200, { status: "ok" }],
      "GET /readyz": [200, { ready: true, checks: {} }],
      "GET /api/agents/a": [200, { id: "01890a5d-ac96-774b-bcce-b302099a8057" }],
      "POST /api/chat/sessions": [201, { session_id: "text_1" }],
      "DELETE /api/chat/sessions/text_1": [200, { success: true }],
      "GET /api/chat/sessions/text_1/events": [0, null],
    });
    const argv = ["doctor", "--url", url, "-t", "t", "-a", "a", "--json"];
    const { code, out } = await runHere(argv, { env: { PARLEY_KEY: "key" } });
    expect(code).toBe(1);
    const streaming = { check: "streaming", state: "failed", detail: expect.stringContaining("buffers") };
    expect(JSON.parse(out).checks).toContainEqual(streaming);
  });

  it("diagnoses in doctor an untrusted proxy that forwards forged addresses", async () => {
    const made = createServer((request, response) => {
      const answer = request.url?.startsWith("/api/client-address")
        ? {
            client_address: request.headers["x-forwarded-for"] ?? "198.51.100.7",
            connected_from: "10.0.0.5",
            forwarded_for: null,
          }
        : { ready: true, checks: {} };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
    const { code, out } = await runHere(["doctor", "--url", url, "--json"], { env: { PARLEY_TOKEN: "ak_x" } });
    expect(code).toBe(1);
    const detail = expect.stringContaining("believed the invented address 203.0.113.77");
    expect(JSON.parse(out).checks).toContainEqual({ check: "address", state: "failed", detail });
  });

  it("reports in doctor how far the clock is off", async () => {
    const made = createServer((_request, response) => {
      response.setHeader("date", new Date(Date.now() - 120_000).toUTCString());
      response.writeHead(200, { "content-type": "application/json" }).end('{"ready":true,"checks":{}}');
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
    const { code, out } = await runHere(["doctor", "--url", url]);
    expect(code).toBe(0);
    // The header has whole seconds, so two minutes may be a second more or less.
    expect(out).toMatch(/! clock +1(19|20|21) s ahead of the server/);
  });
});
