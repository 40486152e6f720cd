import { randomUUID } from "node:crypto";
import { call, createSignedClient, eventually, type HttpAnswer, signedHeaders } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLink } from "../../cluster/owner.js";
import { type GetFixture, openSession, type Session, sessionBody } from "./fixture.js";

/** What somebody can do who has copied a signed request, and what two people of one backend get in one second. */
export function describeSignedReplays(fixture: GetFixture): void {
  /** Signs once; each call of the answer sends the same bytes, to the next gateway each time. */
  const captured = (method: string, target: string, given?: unknown): (() => Promise<HttpAnswer>) => {
    const { cluster } = fixture();
    const body = given === undefined ? undefined : JSON.stringify(given);
    const headers = signedHeaders({ key: cluster.apiKey }, { method, target, body });
    let sent = 0;
    return () => {
      const base = cluster.gateways[sent++ % cluster.gateways.length];
      return call(`${base}${target}`, method, { body, headers });
    };
  };

  describe("captured requests", () => {
    it("have no second effect: a reverted change stays reverted", async () => {
      const { tenant } = fixture();
      const inTenant = `?tenant_id=${tenant.id}`;
      const { id } = await createLink(tenant, "echo", { title: "To be closed" });
      const link = `/api/agents/echo/public-links/${id}`;
      const hook = { url: "https://example.com/in", events: ["session.ended"] };
      const webhook = (await tenant.owner.call<{ id: string }>("POST", "/api/webhooks", hook)).body.id;
      const policy = "/api/agents/echo/access-policy";
      const changes: { method: string; path: string; body?: unknown; back: unknown; field: string; to: unknown }[] = [
        {
          method: "PUT",
          path: link,
          body: { is_active: true, max_sessions: 5_000 },
          back: { is_active: false },
          field: "is_active",
          to: false,
        },
        {
          method: "PATCH",
          path: `/api/webhooks/${webhook}`,
          body: { is_active: true },
          back: { is_active: false },
          field: "is_active",
          to: false,
        },
        {
          method: "PUT",
          path: policy,
          body: { mode: "open" },
          back: { mode: "any_verified" },
          field: "mode",
          to: "any_verified",
        },
      ];
      for (const { method, path, body, back, field, to } of changes) {
        const change = captured(method, `${path}${inTenant}`, body);
        expect([path, (await change()).status]).toEqual([path, 200]);
        expect((await tenant.owner.call(method, path, back)).status).toBe(200);
        for (let n = 0; n < 2; n += 1)
          expect(await change()).toMatchObject({ status: 409, body: { code: "signature_used" } });
        expect([path, (await tenant.owner.call("GET", path)).body[field]]).toEqual([path, to]);
      }
      await tenant.owner.call("PUT", policy, { mode: "open" });
    });

    it("request a human once, and do not reactivate an older version", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const escalate = captured("POST", `/api/chat/sessions/${session_id}/escalate`, {});
      const first = await escalate();
      const { escalation_id } = first.body;
      expect(first.status).toBe(200);
      const path = `/api/escalations/${escalation_id}`;
      expect((await tenant.owner.call("POST", `${path}/assign`)).status).toBe(200);
      expect((await tenant.owner.call("POST", `${path}/resolve`)).status).toBe(200);
      expect((await escalate()).status).toBe(409);
      const activate = captured("POST", `/api/agents/echo/versions/2/activate?tenant_id=${tenant.id}`);
      expect((await activate()).status).toBe(200);
      expect((await tenant.owner.call("POST", "/api/agents/echo/versions/1/activate")).status).toBe(200);
      expect((await activate()).status).toBe(409);
      expect((await tenant.owner.call("GET", "/api/agents/echo")).body.active_version).toBe(1);
    });
  });

  describe("two people of one backend in one second", () => {
    it("get a session each, though the signed bytes are equal; each repeat is reported to the owner", async () => {
      const { tenant } = fixture();
      const create = captured("POST", "/api/chat/sessions", sessionBody(fixture()));
      const answers = await Promise.all([create(), create(), create()]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(answers.map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, null, null]);
      expect(new Set(answers.map(({ body }) => body.session_id)).size).toBe(3);
      await eventually(async () => {
        const query = "/api/analytics/security-events?kind=request_replayed";
        const { body } = await tenant.owner.call<{ data: { scope: string; link_id: null }[] }>("GET", query);
        expect(body.data[0]).toMatchObject({ scope: "create_session", link_id: null });
      });
    });
  });

  describe("keys that require nonces", () => {
    it("sign nothing without one, on every gateway immediately; the tenant can require it of all", async () => {
      const { cluster, tenant } = fixture();
      const made = await tenant.owner.call<{ id: string; key_id: string; secret: string }>("POST", "/api/keys", {
        name: "Strict",
        scopes: ["chat"],
        require_nonce: true,
      });
      const client = createSignedClient({ bases: cluster.gateways, key: made.body.secret, keyId: made.body.key_id });
      const open = async (nonce?: string): Promise<number[]> =>
        Promise.all(
          cluster.gateways.map(async (base, n) => {
            const options = nonce === undefined ? { base } : { base, nonce: `${nonce}-${n}` };
            return (await client.call<Session>("POST", "/api/chat/sessions", sessionBody(fixture()), options)).status;
          }),
        );
      const all = (status: number): number[] => cluster.gateways.map(() => status);
      expect([await open(), await open(randomUUID())]).toEqual([all(401), all(201)]);
      const key = `/api/keys/${made.body.id}`;
      expect((await tenant.owner.call("PATCH", key, { require_nonce: false })).body.require_nonce).toBe(false);
      await eventually(async () => expect(await open()).toEqual(all(201)));
      const ask = (require_nonce: boolean) =>
        tenant.owner.call("PATCH", `/api/tenants/${tenant.id}`, { require_nonce });
      expect((await ask(true)).body).toMatchObject({ id: tenant.id, require_nonce: true });
      await eventually(async () => expect(await open()).toEqual(all(401)));
      expect((await ask(false)).status).toBe(200);
      await eventually(async () => expect(await open()).toEqual(all(201)));
    });
  });
}
