import { createBearerClient, endsWithin, eventually, tokenOf, withOtherSecret } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { ECHO, ECHO_2 } from "../../cluster/documents.js";
import { createLink, createTenant, type MadeLink } from "../../cluster/owner.js";
import { type GetFixture, openSession, type Page, send } from "./fixture.js";

interface Agent {
  id: string;
  slug: string;
  active_version: number | null;
}

interface Version {
  version: number;
  active: boolean;
}

/** Management by an owner's token: agents, links, tokens; and that other tenants see nothing of it. */
export function describeOwnerApi(fixture: GetFixture): void {
  describe("owner API", () => {
    it("imports, lists, activates and exports versions", async () => {
      const { owner } = fixture().tenant;
      const first = await owner.call("POST", "/api/agents/desk/import", { document: ECHO, activate: true });
      expect(first).toMatchObject({ status: 200, body: { status: "created", version: 1, active: true, issues: [] } });
      const tried = await owner.call("POST", "/api/agents/desk/import", { document: ECHO_2, dry_run: true });
      expect(tried.body).toMatchObject({ status: "validated" });
      const second = await owner.call("POST", "/api/agents/desk/import", {
        document: ECHO_2,
        notes: "friendlier",
        activate: false,
      });
      expect(second.body).toMatchObject({ status: "updated", version: 2, active: false });
      const activated = await owner.call<Agent>("POST", "/api/agents/desk/versions/2/activate");
      expect(activated).toMatchObject({ status: 200, body: { slug: "desk", active_version: 2 } });
      const versions = await owner.call<Page<Version>>("GET", "/api/agents/desk/versions");
      expect(versions.body.data.map(({ version, active }) => [version, active])).toEqual([
        [2, true],
        [1, false],
      ]);
      const exported = await owner.call("GET", "/api/agents/desk/export?version=1");
      expect(exported.body).toEqual(ECHO);
      const agents = await owner.call<Page<Agent>>("GET", "/api/agents");
      expect(agents.body.data.map(({ slug }) => slug)).toEqual(expect.arrayContaining(["echo", "desk"]));
      expect((await owner.call("POST", "/api/agents/desk/versions/9/activate")).status).toBe(404);
    });

    it("accepts a document as YAML", async () => {
      const { owner } = fixture().tenant;
      const yaml =
        "agent: {name: Yaml}\nworkflow:\n  initial_node: a\n  nodes: [{id: a, type: end_call, static_text: Hi}]\n";
      const options = { headers: { "content-type": "application/yaml" } };
      const made = await owner.call("POST", "/api/agents/yaml/import?activate=true", yaml, options);
      expect(made).toMatchObject({ status: 200, body: { status: "created", version: 1, active: true } });
    });

    it("names every mistake of a document", async () => {
      const { owner } = fixture().tenant;
      const document = {
        agent: { name: "Bad" },
        workflow: { initial_node: "nowhere", nodes: [{ id: "a", colour: 1 }] },
      };
      const refused = await owner.call<{ errors: unknown[] }>("POST", "/api/agents/bad/import", { document });
      expect(refused).toMatchObject({ status: 422, body: { code: "invalid_document" } });
      expect(refused.body.errors.length).toBeGreaterThan(0);
      const odd = {
        agent: { name: "Odd" },
        workflow: {
          initial_node: "a",
          nodes: [
            { id: "a", system_prompt: "Hi.", transitions: [{ condition: "always", target: "nowhere" }] },
            { id: "lonely", type: "end_call", static_text: "Bye." },
          ],
        },
      };
      type Told = { errors: { rule: string }[]; warnings: { rule: string; pointer: string }[] };
      const told = await owner.call<Told>("POST", "/api/agents/odd/import", { document: odd });
      expect([told.status, told.body.errors.map(({ rule }) => rule)]).toEqual([422, ["unknown_node"]]);
      expect(told.body.warnings).toContainEqual(expect.objectContaining({ rule: "unreachable_node" }));
      const checked = await owner.call("POST", "/api/agents/validate", { document });
      expect(checked).toMatchObject({ status: 200, body: { valid: false } });
      expect((await owner.call("GET", "/api/agents/bad")).status).toBe(404);
    });

    it("refuses a name that another agent has, and reports an unknown agent", async () => {
      const { owner } = fixture().tenant;
      const one = await owner.call("POST", "/api/agents", { name: "Reception" });
      const two = await owner.call<Agent>("POST", "/api/agents", { name: "Switchboard" });
      expect([one.status, two.status]).toEqual([201, 201]);
      for (const name of ["Reception", "reception"]) {
        const taken = await owner.call("PATCH", `/api/agents/${two.body.id}`, { name });
        expect(taken).toMatchObject({ status: 409, body: { code: "name_taken" } });
      }
      expect((await owner.call("PATCH", "/api/agents/switchboard", { name: "Exchange" })).status).toBe(200);
      const nobody = "/api/agents/switchboard/access-requests/018f3a5e-7c1b-7d2e-8a4f-000000000009/approve";
      const unknown = await owner.call("POST", nobody);
      expect(unknown).toMatchObject({ status: 404, body: { code: "access_request_not_found" } });
    });

    it("creates, lists, changes and deletes links, and shows the token once", async () => {
      const { owner } = fixture().tenant;
      await owner.call("POST", "/api/agents/links/import", { document: ECHO, activate: true });
      const made = await createLink(fixture().tenant, "links", { title: "First", max_sessions: 3 });
      expect(made.token).toMatch(/^pl_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
      expect(made.url).toMatch(new RegExp(`/public/chat/${made.token}$`));
      const path = `/api/agents/links/public-links/${made.id}`;
      const listed = await owner.call<Page<MadeLink>>("GET", "/api/agents/links/public-links");
      expect(listed.body.data.map(({ id }) => id)).toEqual([made.id]);
      expect(listed.text).not.toContain(made.token);
      const changed = await owner.call("PUT", path, { title: "Second", max_sessions: 4 });
      expect(changed).toMatchObject({ status: 200, body: { title: "Second", max_sessions: 4, status: "active" } });
      for (const body of [
        { max_sessions: 0 },
        { max_sessions: 10_001 },
        { unknown: 1 },
        { title: "" },
        { token: "x" },
      ]) {
        expect([body, (await owner.call("PUT", path, body)).status]).toEqual([body, 422]);
      }
      const past = { expires_at: new Date(Date.now() - 60_000).toISOString() };
      expect((await owner.call("POST", "/api/agents/links/public-links", past)).status).toBe(422);
      expect((await owner.call("DELETE", path)).status).toBe(200);
      expect((await owner.call("GET", path)).status).toBe(404);
    });

    it("lets a token do what its role allows, until it is deleted", async () => {
      const { tenant, cluster } = fixture();
      type Made = { id: string; token: string };
      const made = await tenant.owner.call<Made>("POST", "/api/tokens", { name: "reader", role: "viewer" });
      expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^ak_/) } });
      const reader = createBearerClient({ bases: cluster.gateways, token: made.body.token });
      expect((await reader.call("GET", "/api/agents")).status).toBe(200);
      const refused = await reader.call("POST", "/api/agents/x/import", { document: ECHO });
      expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
      expect((await reader.call("POST", "/api/tenants", { name: "x" })).status).toBe(403);
      expect((await tenant.owner.call("DELETE", `/api/tokens/${made.body.id}`)).status).toBe(200);
      for (const base of cluster.gateways) {
        const isRefused = async () => (await reader.call("GET", "/api/agents", undefined, { base })).status === 401;
        await endsWithin(2_000, () => eventually(isRefused));
      }
    });

    it("refuses invalid tokens: malformed, mistyped, of an unknown id, of a known id with another secret", async () => {
      const { cluster, tenant } = fixture();
      const { ownerToken } = tenant;
      const unknown = tokenOf("ak_", "0".repeat(12), "0".repeat(32));
      for (const token of [undefined, "x", ownerToken.slice(0, -1), unknown, withOtherSecret(ownerToken)]) {
        const answer = await createBearerClient({ bases: cluster.gateways, token }).call("GET", "/api/agents");
        expect(answer).toMatchObject({ status: 401, body: { code: "invalid_token" } });
      }
    });

    it("answers another tenant with 404 for everything of this one", async () => {
      const { tenant, cluster, agentId } = fixture();
      const link = await createLink(tenant, "echo", {});
      const other = await createTenant(cluster, "Stranger");
      const paths = [
        ["GET", `/api/agents/${agentId}`],
        ["GET", "/api/agents/echo"],
        ["GET", `/api/agents/${agentId}/versions`],
        ["POST", `/api/agents/${agentId}/versions/1/activate`],
        ["GET", `/api/agents/${agentId}/public-links`],
        ["GET", `/api/agents/echo/public-links/${link.id}`],
        ["DELETE", `/api/agents/${agentId}/public-links/${link.id}`],
      ] as const;
      for (const [method, path] of paths) {
        const answer = await other.owner.call(method, path);
        expect([method, path, answer.status]).toEqual([method, path, 404]);
      }
      const put = await other.owner.call("PUT", `/api/agents/${agentId}/public-links/${link.id}`, { title: "Mine" });
      expect(put.status).toBe(404);
      expect((await other.owner.call<Page<Agent>>("GET", "/api/agents")).body.data).toEqual([]);
      const named = await other.owner.call("GET", `/api/agents?tenant_id=${tenant.id}`);
      expect(named.status).toBe(404);
    });

    it("gives the transcript of a session to its own tenant, in each format", async () => {
      const { tenant, cluster } = fixture();
      const { session_id } = await openSession(fixture());
      await send(fixture(), session_id, "=1+1");
      const path = `/api/sessions/${session_id}/transcript`;
      const json = await tenant.owner.call<{ messages: { role: string; content: string }[]; truncated: boolean }>(
        "GET",
        path,
      );
      expect(json.body.truncated).toBe(false);
      expect(json.body.messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
        "assistant: Welcome.",
        "user: =1+1",
        "assistant: echo(=1+1)",
      ]);
      const csv = await tenant.owner.call("GET", `${path}?format=csv`);
      expect(csv.text).toContain(`"'=1+1"`);
      expect((await tenant.owner.call("GET", `${path}?format=txt`)).text).toContain("Visitor: =1+1");
      expect((await tenant.owner.call("GET", `${path}?format=html`)).text).toMatch(/^<!doctype html>/);
      expect((await tenant.owner.call("GET", `${path}?format=pdf`)).status).toBe(422);
      const other = await createTenant(cluster, "Reader");
      expect((await other.owner.call("GET", path)).status).toBe(404);
    });

    it("takes signed owner calls in a named tenant", async () => {
      const { tenant } = fixture();
      const listed = await tenant.signed.call<Page<Agent>>("GET", `/api/agents?tenant_id=${tenant.id}`);
      expect(listed.status).toBe(200);
      expect(listed.body.data.map(({ slug }) => slug)).toContain("echo");
      expect((await tenant.signed.call("GET", "/api/agents")).status).toBe(422);
    });
  });
}
