import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  activateVersion,
  createAgent,
  createSession,
  deleteAgentSecret,
  getVersion,
  importAgent,
  listAgentSecrets,
  newId,
  type Principal,
  type Role,
  setAgentSecret,
  traceSession,
  validateAgent,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newTenant } from "./new-tenant.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

interface Received {
  url: string;
  headers: IncomingMessage["headers"];
}

/** A server on this machine that keeps what it got. */
async function receiver() {
  const received: Received[] = [];
  const state = { answer: (_got: Received, response: ServerResponse): void => void response.end("{}") };
  const server = createServer((request, response) => {
    const got = { url: request.url ?? "", headers: request.headers };
    received.push(got);
    // What somebody else says, who would like to read the secret.
    const say = (): void => void response.end("{{secret.crm}}");
    request.resume().on("end", () => (got.url === "/word" ? say() : state.answer(got, response)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    received,
    state,
    at: (path: string) => received.filter(({ url }) => url.startsWith(path)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let h: TurnHarness;
let remote: Awaited<ReturnType<typeof receiver>>;
let admin: Principal;
beforeAll(async () => {
  [h, remote] = await Promise.all([turnHarness({ ALLOW_TEST_HOOKS: true, WEBHOOK_POLL_MS: 100 }), receiver()]);
  await h.runner(undefined, { ALLOW_TEST_HOOKS: true });
  admin = as("admin");
});
afterAll(async () => {
  await h.close();
  await remote.close();
});

const as = (role: Role): Principal => ({ tenantId: h.tenantId, role, via: "token", id: `test-${role}` });
const base = (): string => `http://127.0.0.1:${remote.port}`;

/** Calls with a word that another server has said, and tells what came back. */
const documentOf = (api_call: object, settings: object = {}) => ({
  agent: { name: "Calls" },
  workflow: {
    initial_node: "ask",
    ...settings,
    nodes: [
      {
        id: "ask",
        static_text: "Say a word.",
        proactive: true,
        transitions: [{ condition: "user_responded", target: "word" }],
      },
      {
        id: "word",
        type: "api_call",
        api_call: { url: `${base()}/word`, response_extraction: [{ path: "$", variable_name: "word" }] },
        transitions: [{ condition: "always", target: "look" }],
      },
      {
        id: "look",
        type: "api_call",
        api_call: {
          retry: { max_retries: 0 },
          response_extraction: [{ path: "$", variable_name: "answer" }],
          ...api_call,
        },
        transitions: [
          { condition: "api_success", target: "found" },
          { condition: "api_failed", target: "failed" },
        ],
      },
      {
        id: "found",
        proactive: true,
        static_text: "It is {{answer}}.",
        transitions: [{ condition: "user_responded", target: "end" }],
      },
      {
        id: "failed",
        proactive: true,
        static_text: "Out of reach.",
        transitions: [{ condition: "user_responded", target: "look" }],
      },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
  },
});

const newAgent = async (): Promise<string> => {
  const made = await eventually(() => h.bus.call(createAgent, { principal: admin, name: newId(), description: null }));
  return made.agent.id;
};
const set = (agent: string, name: string, value: string, hosts = ["127.0.0.1"], create = false) =>
  h.bus.call(setAgentSecret, { principal: admin, agent, name, create, body: { value, hosts } });
const importTo = (agent: string, document: object, activate = true) =>
  h.bus.call(importAgent, { principal: admin, agent, document, dryRun: false, activate, notes: null });

const refused = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error;
};

/** Every row of the database, as text. */
const everything = (): Promise<string> =>
  withPostgresClient(h.adminUrl, async (owner) => {
    const tables = await owner.query(
      "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await owner.query(`select string_agg(t::text, ' ') as all from ${name} t`);
      texts.push(rows[0]?.all ?? "");
    }
    return texts.join("\n");
  });

/** What the owner's trace says of the last call of a session. */
async function lastCall(sessionId: string): Promise<{ failed: string | null; text: string }> {
  const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
  const trace = await h.bus.call(traceSession, { access, after: 0, limit: 200 });
  const calls = trace.turns.flatMap((turn) => turn.calls).filter(({ type }) => type === "api.call");
  return { failed: calls.at(-1)?.failed ?? null, text: JSON.stringify(trace) };
}

const VALUE = "s3cr3t/va+lue &4711=";
/** How it may be written by a server that repeats it. */
const SPELLINGS = [VALUE, encodeURIComponent(VALUE), Buffer.from(VALUE).toString("base64")];
/** As some servers write JSON. */
const SLASHED = VALUE.replaceAll("/", "\\/");

describe("an agent secret in an api_call", () => {
  it("is sent in headers, path and query and appears nowhere else, even when the server echoes it", async () => {
    const agent = await newAgent();
    await set(agent, "crm", VALUE);
    await importTo(
      agent,
      documentOf({
        url: `${base()}/in/{{secret.crm}}/x?key={{ secret.crm }}&word={{word}}`,
        headers: { Authorization: "Bearer {{secret.crm}}", "X-Word": "{{word}}" },
        query_params: { q: "{{secret.crm}}", w: "{{word}}" },
      }),
    );
    remote.state.answer = (got, response) => {
      const { authorization } = got.headers;
      const again = [...SPELLINGS, got.url, authorization].map((text) => `<${text}>`).join(" ");
      response
        .setHeader("x-again", encodeURIComponent(VALUE))
        .end(`{"again":${JSON.stringify(again)},"slashed":"${SLASHED}"}`);
    };
    const { sessionId } = await h.open(agent);
    const turn = await h.send(sessionId, "hello");
    if (turn.status !== "done") throw new Error(`the turn is ${turn.status}`);
    const { response } = turn.result;
    const [got] = remote.at("/in/");
    const url = new URL(got?.url ?? "", base());
    expect(decodeURIComponent(url.pathname)).toBe(`/in/${VALUE}/x`);
    expect(url.pathname.split("/")).toHaveLength(4);
    expect(url.searchParams.get("key")).toBe(VALUE);
    expect(url.searchParams.get("q")).toBe(VALUE);
    expect(got?.headers.authorization).toBe(`Bearer ${VALUE}`);
    // What others say is no reference, whatever it looks like.
    expect(url.searchParams.get("word")).toBe("{{secret.crm}}");
    expect(url.searchParams.get("w")).toBe("{{secret.crm}}");
    expect(got?.headers["x-word"]).toBe("{{secret.crm}}");
    expect(response).toContain("<••••>");
    const [trace, stored] = [await lastCall(sessionId), await everything()];
    expect(trace.text).toContain("••••");
    expect(stored).toContain("••••");
    for (const spelling of [...SPELLINGS, SLASHED]) {
      expect(response).not.toContain(spelling);
      expect(trace.text).not.toContain(spelling);
      expect(stored).not.toContain(spelling);
    }
    const document = await h.bus.call(getVersion, { principal: as("viewer"), agent, version: 1 });
    expect(JSON.stringify(document)).toContain("Bearer {{secret.crm}}");
    const [listed] = (await h.bus.call(listAgentSecrets, { principal: admin, agent, limit: 50 })).data;
    expect(listed).toMatchObject({ name: "crm", hosts: ["127.0.0.1"], last_used_at: expect.stringMatching(/:00:00/) });
  });

  it.each([
    ["a host outside its list", "localhost", "/direct"],
    ["a host outside its list after a redirect", "127.0.0.1", "/redirect"],
  ])("is not sent to %s", async (_case, host, path) => {
    const agent = await newAgent();
    await set(agent, "crm", VALUE, ["127.0.0.1", "*.example.com"]);
    const target = `http://localhost:${remote.port}/stolen${path}`;
    remote.state.answer = (_got, response) => void response.writeHead(307, { location: target }).end();
    await importTo(
      agent,
      // The one header that a redirect takes along to other servers.
      documentOf({ url: `http://${host}:${remote.port}${path}`, headers: { "User-Agent": "{{secret.crm}}" } }),
    );
    const { sessionId } = await h.open(agent);
    expect(await h.send(sessionId, "hello")).toMatchObject({ result: { response: "Out of reach." } });
    expect((await lastCall(sessionId)).failed).toBe("api_secret_refused");
    expect(remote.at("/stolen")).toEqual([]);
    expect(remote.at("/direct")).toEqual([]);
  });

  it("takes effect from the next call when changed, and fails the call once deleted", async () => {
    const agent = await newAgent();
    await set(agent, "crm", "the first value");
    await importTo(agent, documentOf({ url: `${base()}/turn`, headers: { "X-Key": "{{secret.crm}}" } }));
    remote.state.answer = (_got, response) => void response.writeHead(500).end();
    const { sessionId } = await h.open(agent);
    await h.send(sessionId, "hello");
    await set(agent, "crm", "the second value");
    await h.send(sessionId, "again");
    expect(remote.at("/turn").map(({ headers }) => headers["x-key"])).toEqual(["the first value", "the second value"]);
    await h.bus.call(deleteAgentSecret, { principal: admin, agent, name: "crm" });
    expect(await h.send(sessionId, "once more")).toMatchObject({ result: { response: "Out of reach." } });
    expect((await lastCall(sessionId)).failed).toBe("api_secret_missing");
    expect(remote.at("/turn")).toHaveLength(2);
  });
});

describe("an agent document that refers to secrets", () => {
  it.each([
    ["a prompt", { global_prompt: "The key is {{secret.crm}}." }, {}],
    ["a body", {}, { method: "POST", body: { key: "{{secret.crm}}" } }],
    ["a host name", {}, { url: "https://{{secret.crm}}.example.com/" }],
    ["the webhook URL", { webhook: { enabled: true, url: "https://example.com/{{secret.crm}}" } }, {}],
  ])("is rejected with a secret in %s", async (_case, settings, call) => {
    const agent = await newAgent();
    await set(agent, "crm", VALUE);
    const document = documentOf({ url: "https://example.com/", ...call }, settings);
    expect(await refused(importTo(agent, document))).toMatchObject({
      code: "invalid_document",
      errors: [{ rule: "misplaced_secret" }],
    });
    const checked = await h.bus.call(validateAgent, { document });
    expect(checked).toMatchObject({ valid: false, issues: [{ code: "misplaced_secret", severity: "error" }] });
  });

  it("is stored with a warning but cannot be activated while the agent lacks a secret", async () => {
    const agent = await newAgent();
    const document = documentOf({ url: "https://example.com/", headers: { "X-Key": "{{secret.crm}}" } });
    const path = ["workflow", "nodes", 2, "api_call", "headers", "X-Key"];
    const kept = await importTo(agent, document, false);
    expect(kept.issues).toContainEqual(expect.objectContaining({ code: "unknown_secret", severity: "warning", path }));
    const missing = { code: "secret_missing", errors: [{ pointer: `/document/${path.join("/")}` }] };
    const activate = () => h.bus.call(activateVersion, { principal: admin, agent, version: 1 });
    expect(await refused(activate())).toMatchObject(missing);
    expect(await refused(importTo(agent, document))).toMatchObject(missing);
    await set(agent, "crm", VALUE);
    expect((await activate()).agent.active_version).toBe(1);
    expect((await importTo(agent, document)).issues.map(({ code }) => code)).not.toContain("unknown_secret");
  });
});

describe("agent secrets", () => {
  it("are set by admins, listed by editors without values, and visible only in their tenant", async () => {
    const agent = await newAgent();
    const made = await set(agent, "crm", VALUE, ["api.example.com"], true);
    expect(made.secret).toMatchObject({ name: "crm", hosts: ["api.example.com"], hint: "…711=", last_used_at: null });
    expect(await refused(set(agent, "crm", VALUE, undefined, true))).toMatchObject({ code: "name_taken" });
    await set(agent, "Another", "12345678");
    const list = (principal: Principal) => h.bus.call(listAgentSecrets, { principal, agent, limit: 1 });
    const first = await list(as("editor"));
    expect(first.data).toMatchObject([{ name: "Another", hint: null }]);
    const next = { principal: admin, agent, limit: 1, cursor: first.nextCursor ?? "" };
    expect(await h.bus.call(listAgentSecrets, next)).toMatchObject({ data: [{ name: "crm" }], nextCursor: null });
    expect(JSON.stringify([made, first])).not.toContain(VALUE);
    expect(await refused(list(as("viewer")))).toMatchObject({ code: "forbidden" });
    const body = { value: VALUE, hosts: ["evil.example"] };
    const asEditor = { principal: as("editor"), agent, name: "crm", create: false, body };
    expect(await refused(h.bus.call(setAgentSecret, asEditor))).toMatchObject({ code: "forbidden" });
    const stranger = (await newTenant(h.db))("admin");
    expect(await refused(list(stranger))).toMatchObject({ code: "agent_not_found" });
    const rows = await h.db.tenant(stranger.tenantId, (trx) =>
      sql`select * from use_agent_secrets(${agent}, ${["crm"]})`.execute(trx),
    );
    expect(rows.rows).toEqual([]);
  });
});

describe("an agent secret in the auth of its webhook", () => {
  it("authorises deliveries and is masked in their log when the receiver echoes it", async () => {
    const agent = await newAgent();
    await set(agent, "hook", VALUE);
    const auth = { type: "bearer", token: "{{secret.hook}}" };
    const webhook = { enabled: true, url: `${base()}/hook`, events: ["started"], auth };
    await importTo(agent, documentOf({ url: "https://example.com/" }, { webhook }));
    remote.state.answer = (got, response) => void response.end(`You said ${got.headers.authorization}`);
    const principalless = { tenantId: h.tenantId, agentId: agent, version: null, metadata: {}, replyTo: "test" };
    await h.bus.call(createSession, { ...principalless, participantVerified: false });
    await eventually(async () => expect(remote.at("/hook")[0]?.headers.authorization).toBe(`Bearer ${VALUE}`), {
      timeoutMs: 20_000,
    });
    await eventually(async () => {
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql`select outcome, response_body from webhook_deliveries where ended_at is not null`.execute(trx),
      );
      expect(rows).toEqual([{ outcome: "delivered", response_body: "You said Bearer ••••" }]);
    });
  });
});
