import { createServer } from "node:http";
import {
  getVersion,
  importAgent,
  listAgentSecrets,
  listVersions,
  type Principal,
  type Role,
  setAgentSecret,
  testVersion,
} from "@parley/contracts";
import { withPostgresClient } from "@parley/local-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const [BEARER, COOKIE, HOOK] = ["api-token/4712+äö==", "session=4713-abc", "webhook-token-4711"];

let h: TurnHarness;
let base: string;
const received: { authorization: string | undefined; cookie: string | undefined }[] = [];
const remote = createServer((request, response) => {
  const { authorization, cookie } = request.headers;
  received.push({ authorization, cookie });
  request.resume().on("end", () => response.end("{}"));
});
beforeAll(async () => {
  h = await turnHarness({ ALLOW_TEST_HOOKS: true });
  await h.runner(undefined, { ALLOW_TEST_HOOKS: true });
  await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
  const address = remote.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  base = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  await h.close();
  remote.closeAllConnections();
  await new Promise((resolve) => remote.close(resolve));
});

const as = (role: Role): Principal => ({ tenantId: h.tenantId, role, via: "token", id: `test-${role}` });
const HEADERS = { Authorization: `Bearer ${BEARER}`, Cookie: COOKIE, Accept: "application/json" };

const documentOf = (headers: object = HEADERS, more: object = {}) => ({
  agent: { name: "Desk", ...more },
  workflow: {
    initial_node: "ask",
    webhook: { enabled: true, url: "https://hooks.example/in", auth: { type: "bearer", token: HOOK } },
    nodes: [
      { id: "ask", static_text: "Well?", transitions: [{ condition: "user_responded", target: "look up" }] },
      {
        id: "look up",
        type: "api_call",
        api_call: { url: `${base}/in`, headers },
        transitions: [{ condition: "always", target: "told" }],
      },
      {
        id: "told",
        proactive: true,
        static_text: "Done.",
        transitions: [{ condition: "user_responded", target: "look up" }],
      },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
  },
});

interface How {
  role?: Role;
  dryRun?: boolean;
}
const importTo = (agent: string, document: unknown, { role = "admin", dryRun = false }: How = {}) =>
  h.bus.call(importAgent, { principal: as(role), agent, document, dryRun, activate: true, notes: null });
const secretsOf = async (agent: string) =>
  (await h.bus.call(listAgentSecrets, { principal: as("admin"), agent, limit: 100 })).data;
const shown = async (agent: string, version: number) =>
  (await h.bus.call(getVersion, { principal: as("admin"), agent, version })).document;
const codes = ({ issues }: { issues: { code: string; path: (string | number)[] }[] }) =>
  issues.map(({ code, path }) => `${code} ${path.join("/")}`);

const PLACES = [
  "workflow/webhook/auth/token",
  "workflow/nodes/1/api_call/headers/Authorization",
  "workflow/nodes/1/api_call/headers/Cookie",
];

describe("secret values in a document imported by an admin", () => {
  it("become agent secrets, which the version refers to and its calls send as before", async () => {
    const agent = "taken";
    const made = await importTo(agent, documentOf());
    expect(codes(made)).toEqual(PLACES.map((place) => `secret_taken_out ${place}`));
    expect(JSON.stringify(made)).not.toContain("4712");
    const named = {
      Authorization: "Bearer {{secret.look_up_authorization}}",
      Cookie: "{{secret.look_up_cookie}}",
      Accept: "application/json",
    };
    const expected = documentOf(named);
    expected.workflow.webhook.auth.token = "{{secret.webhook_token}}";
    expect(await shown(agent, 1)).toEqual(expected);
    expect((await secretsOf(agent)).map(({ name, hosts }) => [name, hosts])).toEqual([
      ["look_up_authorization", ["127.0.0.1"]],
      ["look_up_cookie", ["127.0.0.1"]],
      ["webhook_token", ["hooks.example"]],
    ]);
    const all = await withPostgresClient(h.adminUrl, async (owner) => {
      const { rows } = await owner.query("select document::text from agent_versions");
      return JSON.stringify(rows);
    });
    for (const value of [BEARER, COOKIE, HOOK, "sealed:"]) expect(all).not.toContain(value);

    const { sessionId } = await h.open(made.agent_id ?? "");
    await h.send(sessionId, "hello");
    expect(received.at(-1)).toEqual({ authorization: `Bearer ${BEARER}`, cookie: COOKIE });
  });

  it("get the same secret names again, so that equal documents stay equal", async () => {
    const [first, again] = [await importTo("same", documentOf()), await importTo("same", documentOf())];
    expect(codes(again)).toEqual(codes(first));
    expect(await secretsOf("same")).toHaveLength(3);
    const { data } = await h.bus.call(listVersions, { principal: as("viewer"), agent: "same", limit: 10 });
    expect(new Set(data.map(({ content_hash }) => content_hash)).size).toBe(1);
  });

  it("never overwrite a different secret of the same name", async () => {
    await importTo("changed", documentOf());
    await importTo("changed", documentOf({ ...HEADERS, Authorization: "Bearer another-4714" }));
    expect(JSON.stringify(await shown("changed", 1))).toContain("{{secret.look_up_authorization}}");
    expect(JSON.stringify(await shown("changed", 2))).toContain("{{secret.look_up_authorization_2}}");
    // One that was set by hand and has the value is named instead.
    const body = { value: "by-hand-4715", hosts: ["127.0.0.1"] };
    await h.bus.call(setAgentSecret, {
      ...{ principal: as("admin"), agent: "changed", name: "crm", create: true, body },
    });
    await importTo("changed", documentOf({ Authorization: "Bearer by-hand-4715" }));
    expect(JSON.stringify(await shown("changed", 3))).toContain("Bearer {{secret.crm}}");
  });

  it("are extracted before the tests run, whose result counts for the version", async () => {
    const document = { ...documentOf(HEADERS, { require_tests: true }), tests: [{ name: "begins", steps: [] }] };
    const made = await importTo("tested", document).catch((error: unknown) => error);
    expect(made).toMatchObject({ status: "created", active: true });
    const { result } = await h.bus.call(testVersion, { principal: as("editor"), agent: "tested", version: 1 });
    const { data } = await h.bus.call(listVersions, { principal: as("viewer"), agent: "tested", limit: 1 });
    expect(data[0]?.content_hash).toBe(result.content_hash);
  });

  it("stay sealed in place, with a finding, if an editor imports them or no reference is possible there", async () => {
    const byEditor = await importTo("edited", documentOf(), { role: "editor" });
    expect(codes(byEditor)).toEqual(PLACES.map((place) => `literal_secret ${place}`));
    expect(await secretsOf("edited")).toEqual([]);
    expect(await shown("edited", 1)).toEqual(documentOf());
    const given = { Authorization: "Bearer {{token}}", "X-Api-Key": "short", Cookie: "id={{id}}; fixed=4716" };
    const made = await importTo("odd", documentOf(given));
    expect(codes(made).filter((code) => code.startsWith("literal_secret"))).toEqual(
      ["X-Api-Key", "Cookie"].map((name) => `literal_secret workflow/nodes/1/api_call/headers/${name}`),
    );
    expect(JSON.stringify(await shown("odd", 1))).toContain("Bearer {{token}}");
  });

  it("are reported and left alone by a dry run", async () => {
    await importTo("dry", documentOf({}));
    const told = await importTo("dry", documentOf(), { dryRun: true });
    expect(codes(told)).toEqual(PLACES.map((place) => `secret_taken_out ${place}`));
    expect((await secretsOf("dry")).map(({ name }) => name)).toEqual(["webhook_token"]);
  });
});
