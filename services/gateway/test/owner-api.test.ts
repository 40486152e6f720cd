import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld({ PUBLIC_URL: "https://chat.example.com/" });
});
afterAll(() => world.stop());

const OTHER = "11111111-1111-4111-8111-111111111111";
const LINK = "33333333-3333-4333-8333-333333333333";

function call(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(world.url + path, {
    method,
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  });
}

describe("the management API", () => {
  it("forwards every call to its service with the caller's tenant", async () => {
    const token = world.owners.token("owner");
    const links = "/api/agents/clinic/public-links";
    const document = { agent: { name: "Clinic" }, workflow: {} };
    const calls: [method: string, path: string, body: unknown, status: number, rpc: string, answer: unknown][] = [
      ["POST", "/api/agents", { name: "Clinic" }, 201, "createAgent", { id: AGENT, slug: "clinic" }],
      ["GET", "/api/agents?limit=5", undefined, 200, "listAgents", { data: [{ id: AGENT }], next_cursor: "next" }],
      ["GET", "/api/agents/clinic", undefined, 200, "getAgent", { slug: "clinic" }],
      ["POST", "/api/agents/clinic/import", { document, dry_run: true }, 200, "importAgent", { status: "validated" }],
      ["POST", "/api/agents/validate", { document }, 200, "validateAgent", { valid: true, issues: [] }],
      ["GET", "/api/agents/clinic/versions", undefined, 200, "listVersions", { data: [{ version: 1 }] }],
      ["POST", "/api/agents/clinic/versions", { document }, 201, "importAgent", { version: 2, active: false }],
      [
        "GET",
        "/api/agents/clinic/versions/1",
        undefined,
        200,
        "getVersion",
        { version: 1, document: { agent: { name: "Clinic" } } },
      ],
      ["GET", "/api/agents/clinic/export", undefined, 200, "getVersion", { agent: { name: "Clinic" } }],
      ["POST", "/api/agents/clinic/versions/1/activate", undefined, 200, "activateVersion", { active_version: 1 }],
      [
        "POST",
        links,
        { title: "Desk" },
        201,
        "createLink",
        { token: "pl_token", url: "https://chat.example.com/public/chat/pl_token" },
      ],
      ["GET", `${links}?offset=10`, undefined, 200, "listLinks", { data: [{ title: "Desk" }], total: 1 }],
      ["GET", `${links}/${LINK}`, undefined, 200, "getLink", { title: "Desk" }],
      ["PUT", `${links}/${LINK}`, { is_active: false }, 200, "updateLink", { is_active: false }],
      ["DELETE", `${links}/${LINK}`, undefined, 200, "deleteLink", { deleted: true, sessions_ended: 2 }],
      ["POST", "/api/tokens", { name: "ci", role: "viewer" }, 201, "createToken", { token: "ak_new", role: "viewer" }],
      ["DELETE", `/api/tokens/${LINK}`, undefined, 200, "deleteToken", { deleted: true }],
      [
        "POST",
        "/api/keys",
        { name: "backend", scopes: ["chat"] },
        201,
        "createKey",
        { key_id: "key_1", secret: "key-secret" },
      ],
      ["POST", `/api/keys/${LINK}/rotate`, undefined, 200, "rotateKey", { key_id: "key_1" }],
      ["DELETE", `/api/keys/${LINK}`, undefined, 200, "deleteKey", { deleted: true }],
    ];
    for (const [method, path, body, status, rpc, expected] of calls) {
      const answer = await call(method, path, token, body);
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expect(await bodyOf(answer)).toMatchObject(expected as object); // a literal of the table above
      if (rpc !== "validateAgent")
        expect(world.owners.last(rpc)).toMatchObject({ principal: { tenantId: TENANT, role: "owner" } });
    }
    expect(world.owners.last("importAgent")).toMatchObject({ dryRun: false, activate: false, notes: null });
    expect(world.owners.last("listLinks")).toMatchObject({
      agent: "clinic",
      limit: 50,
      offset: 10,
      includeInactive: true,
    });
  });

  it("validates YAML in the form that import accepts", async () => {
    const yaml = "agent:\n  name: Clinic\n";
    const headers = { "content-type": "application/yaml" };
    const answer = await call("POST", "/api/agents/validate", world.owners.token("viewer"), yaml, headers);
    expect([answer.status, world.owners.last("validateAgent")]).toEqual([200, { document: yaml }]);
    const without = await call("POST", "/api/agents/validate", world.owners.token("viewer"), { documnet: {} });
    expect([without.status, (await bodyOf(without)).code]).toEqual([422, "validation_failed"]);
  });

  it("takes the revision at which a draft was read from If-Match, and returns the next one as ETag", async () => {
    const save = (headers: Record<string, string>, role: "editor" | "viewer" = "editor") =>
      call("PUT", "/api/agents/clinic/drafts/me", world.owners.token(role), { text: "a: {", base_version: 1 }, headers);
    const saved = await save({ "if-match": '"3"' });
    expect([saved.status, saved.headers.get("etag")]).toEqual([200, '"4"']);
    expect(world.owners.last("saveDraft")).toMatchObject({ text: "a: {", baseVersion: 1, expected: 3 });
    await save({});
    expect(world.owners.last("saveDraft")).toMatchObject({ expected: 0 });
    await save({ "if-match": "*" });
    expect(world.owners.last("saveDraft")).toMatchObject({ expected: -1 });
    expect((await save({}, "viewer")).status).toBe(403);
    const body = { revision: 4, notes: "why" };
    const out = await call("POST", "/api/agents/clinic/drafts/me/publish", world.owners.token("editor"), body);
    expect(out.status).toBe(201);
    expect(world.owners.last("publishDraft")).toMatchObject({ revision: 4, activate: true, notes: "why" });
  });

  it("imports YAML as text with its options in the query", async () => {
    const yaml = "agent:\n  name: Clinic\n";
    const headers = { "content-type": "application/yaml" };
    const answer = await call(
      "POST",
      "/api/agents/clinic/import?activate=true&notes=first",
      world.owners.token("editor"),
      yaml,
      headers,
    );
    expect(answer.status).toBe(200);
    expect(world.owners.last("importAgent")).toMatchObject({
      document: yaml,
      activate: true,
      dryRun: false,
      notes: "first",
    });
    const elsewhere = await call("POST", "/api/agents", world.owners.token("editor"), yaml, headers);
    expect(elsewhere.status).toBe(415);
  });

  it("passes on the issues of a refused document", async () => {
    const headers = { "content-type": "application/yaml" };
    const answer = await call("POST", "/api/agents/clinic/import", world.owners.token("editor"), "broken", headers);
    expect(answer.status).toBe(422);
    expect(await bodyOf(answer)).toMatchObject({
      code: "invalid_document",
      errors: [{ pointer: "/workflow", rule: "required" }],
    });
  });

  it("refuses unknown and misspelt fields instead of ignoring them", async () => {
    const answer = await call("POST", "/api/agents/clinic/public-links", world.owners.token("editor"), {
      max_sesions: 5,
      max_sessions: 0,
    });
    expect(answer.status).toBe(422);
    const { errors } = await bodyOf(answer);
    expect(errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(["/max_sesions", "/max_sessions"]);
    const badId = await call("GET", "/api/agents/clinic/public-links/not-a-uuid", world.owners.token("viewer"));
    expect(badId.status).toBe(422);
    const scopes = { name: "backend", scopes: ["chat", "wirte"] };
    const badScope = await call("POST", "/api/keys", world.owners.token("owner"), scopes);
    expect([badScope.status, (await bodyOf(badScope)).errors[0]?.pointer]).toEqual([422, "/scopes/1"]);
  });

  it("creates a link once per idempotency key", async () => {
    await call(
      "POST",
      "/api/agents/clinic/public-links",
      world.owners.token("editor"),
      {},
      { "idempotency-key": "link-1" },
    );
    expect(world.owners.last("createLink")).toMatchObject({ idempotencyKey: "link-1" });
  });

  it("accepts only times at which a session can have begun, in any offset", async () => {
    const token = world.owners.token("viewer");
    const asked = async (time: string): Promise<number> =>
      (await call("GET", `/api/sessions?from=${encodeURIComponent(time)}`, token)).status;
    for (const time of ["2026-01-01", "2026-01-01T00:00:00+23:59", "0001-01-02T00:00:00Z"])
      expect([time, await asked(time)]).toEqual([time, 200]);
    for (const time of ["0000-01-01", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "today"])
      expect([time, await asked(time)]).toEqual([time, 422]);
  });

  it("lists and shows only sessions of the tenant, without what was said", async () => {
    world.sessions.answers = () => "spoken text";
    const made = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: AGENT });
    const { session_id } = await bodyOf(made);
    const token = world.owners.token("viewer");
    const page = await (await call("GET", "/api/sessions?status=active", token)).text();
    expect(page).toContain(session_id);
    expect(page).not.toContain("Welcome!");
    const shown = async (role: "viewer" | "operator") => {
      const paths = [`/api/sessions/${session_id}`, "/api/sessions"];
      const answers = paths.map(async (path) => (await call("GET", path, world.owners.token(role))).text());
      return (await Promise.all(answers)).map((text) => text.includes(`"collected_data":{"first_name":"John"}`));
    };
    expect(await shown("viewer")).toEqual([false, false]);
    expect(await shown("operator")).toEqual([true, true]);
    expect((await call("GET", `/api/sessions/${session_id}`, world.owners.token("viewer", OTHER))).status).toBe(404);
    for (const words of ["live?after=0-0", "transcript", "trace", "files/018f3a5e-7c1b-7d2e-8a4f-000000000001"]) {
      const answer = await call("GET", `/api/sessions/${session_id}/${words}`, token);
      expect([words, answer.status, (await bodyOf(answer)).code]).toEqual([words, 403, "forbidden"]);
    }
    const csv = await call("GET", "/api/sessions?format=csv&sort=cost", token);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, row] = (await csv.text()).split("\r\n");
    expect(head).toMatch(/^"session_id","title","state"/);
    expect(row?.startsWith(`"${session_id}","","running"`)).toBe(true);
    expect((await call("GET", "/api/sessions?text=spoken", token)).status).toBe(403);
    expect((await call("GET", "/api/sessions?text=spoken", world.owners.token("operator"))).status).toBe(200);
    expect((await call("POST", `/api/sessions/${session_id}/end`, token)).status).toBe(403);
    expect((await call("POST", `/api/sessions/${session_id}/end`, world.owners.token("operator"))).status).toBe(200);
  });
});

describe("authorisation on the management API", () => {
  it("checks the role before the body is read", async () => {
    const statusOf = async (role: "viewer" | "editor" | "admin", method: string, path: string): Promise<number> =>
      (await call(method, path, world.owners.token(role), method === "GET" ? undefined : "{broken")).status;
    expect(await statusOf("viewer", "GET", "/api/agents")).toBe(200);
    expect(await statusOf("viewer", "POST", "/api/agents")).toBe(403);
    expect(await statusOf("editor", "POST", "/api/agents")).toBe(400);
    expect(await statusOf("editor", "POST", "/api/keys")).toBe(403);
    expect(await statusOf("admin", "POST", "/api/keys")).toBe(400);
    expect(await statusOf("admin", "POST", "/api/tenants")).toBe(403);
    expect((await call("POST", "/api/tenants", world.owners.token("owner"), { name: "x" })).status).toBe(403);
  });

  it("gives a key without scopes, as in earlier releases, the rights of its role", async () => {
    const principal = { tenantId: TENANT, role: "operator", via: "hmac", id: LINK } as const;
    const roles = [];
    for (const [keyId, scopes] of [
      ["of-before", undefined],
      ["unheard-of", ["sessions:write"]],
    ] as const) {
      world.owners.keys.set(keyId, { secret: "key-secret", principal, ...(scopes && { scopes: [...scopes] }) });
      const by = { key: "key-secret", headers: { "x-key-id": keyId } };
      const body = { tenant_id: TENANT, agent_id: AGENT, metadata: { keyId } };
      const made = await world.signed("POST", "/api/chat/sessions", body, by);
      const { session_id = "text_0" } = await bodyOf(made);
      const listed = await world.signed("GET", "/api/agents", undefined, by);
      const ended = await world.signed("POST", `/api/sessions/${session_id}/end`, undefined, by);
      const refused = await world.signed("POST", "/api/agents", { name: keyId }, by);
      roles.push([keyId, made.status, listed.status, ended.status, refused.status]);
    }
    expect(roles).toEqual([
      ["of-before", 201, 200, 200, 403],
      ["unheard-of", 403, 403, 403, 403],
    ]);
  });

  it("lets an operator-wide caller work in the tenant it names", async () => {
    const tenant = await world.signed("POST", "/api/tenants", { name: "New" });
    expect([tenant.status, await bodyOf(tenant)]).toEqual([201, { id: TENANT, name: "New", admin_token: "ak_first" }]);
    const nowhere = await world.signed("GET", "/api/agents");
    expect([nowhere.status, (await bodyOf(nowhere)).errors[0]?.pointer]).toEqual([422, "query/tenant_id"]);
    for (const tenantId of [OTHER, TENANT]) {
      expect((await world.signed("GET", `/api/agents?tenant_id=${tenantId}`)).status).toBe(200);
      expect(world.owners.last("listAgents")).toMatchObject({ principal: { tenantId, via: "hmac" } });
    }
    // A header is not signed: whoever captured the request could turn it to another tenant.
    const turned = { headers: { "x-tenant-id": OTHER } };
    expect((await world.signed("GET", "/api/agents", undefined, turned)).status).toBe(422);
    expect((await world.signed("GET", `/api/agents?tenant_id=${TENANT}`, undefined, turned)).status).toBe(200);
    expect(world.owners.last("listAgents")).toMatchObject({ principal: { tenantId: TENANT } });
    const bound = await call("GET", `/api/agents?tenant_id=${OTHER}`, world.owners.token("owner"));
    expect(bound.status).toBe(404);
  });

  it("refuses everything but a live token, without looking up malformed ones", async () => {
    const asked = world.owners.count("verifyToken");
    const malformed = await call("GET", "/api/agents", "ak_nonsense");
    expect(world.owners.count("verifyToken")).toBe(asked);
    const unknown = world.owners.token("owner");
    world.owners.tokens.delete(unknown);
    const wrong = await call("GET", "/api/agents", unknown);
    const missing = await fetch(`${world.url}/api/agents`);
    const nowhere = await fetch(`${world.url}/api/nowhere`);
    const told: (string | undefined)[] = [];
    for (const answer of [malformed, wrong, missing, nowhere]) {
      const { code, errors } = await bodyOf(answer);
      expect([answer.status, code]).toEqual([401, "invalid_token"]);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      told.push(errors?.[0]?.rule);
    }
    // A caller sees by itself what it left out or cut short; whether a whole token exists is not said.
    expect(told).toEqual(["pattern", undefined, "required", "required"]);
  });
});
