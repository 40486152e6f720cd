import { randomUUID } from "node:crypto";
import { type ApiClient, call, signedHeaders } from "@parley/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { ECHO } from "../../cluster/documents.js";
import { createTenant, type Tenant } from "../../cluster/owner.js";
import { CREATIONS, type Creation, worldIn } from "./creations.js";
import type { GetFixture, Page } from "./fixture.js";

/** Calls that make nothing to be counted, or need a world of their own; their own tests say what a repeat of them does. */
const ELSEWHERE = [
  "/api/agents/{agent}/drafts/me/publish",
  "/api/agents/{agent}/public-links/{id}/deliveries/{delivery}/resend",
  "/api/agents/{agent}/public-links/{id}/identity/secret",
  "/api/chat/sessions",
  "/api/chat/sessions/{id}/messages",
  "/api/escalations/{id}/suggest",
  "/api/sessions/{id}/end",
  "/api/sessions/{id}/extend",
  "/api/sessions/{id}/files",
  "/api/webhooks/actions/rotate",
  "/api/webhooks/deliveries/{id}/redeliver",
  "/chat/conversations",
  "/chat/{conversation_id}/messages",
];

interface Document {
  paths: Record<string, { post?: { parameters?: { name: string }[] } }>;
}

/** Creating calls of the owner API under an `Idempotency-Key`, and captured signed ones. */
export function describeOwnerRepeats(fixture: GetFixture): void {
  describe("repeated owner calls", () => {
    let tenant: Tenant;
    // A tenant of its own for each, so that lists are short and start empty.
    beforeEach(async () => {
      tenant = await createTenant(fixture().cluster, "Repeats");
      await tenant.owner.call("POST", "/api/agents/echo/import", { document: ECHO });
    });

    const worldOf = () => worldIn({ ...fixture(), tenant });

    it.each(Object.keys(CREATIONS))(
      "%s happens once for a key, and its answer is told again, byte for byte",
      async (name) => {
        const { gateways } = fixture().cluster;
        const creation = await CREATIONS[name]?.(worldOf());
        if (creation === undefined) throw new Error("every name has its call");
        const { path, status, as = tenant.owner } = creation;
        const headers = { ...creation.headers, "idempotency-key": `once-${randomUUID()}` };
        const ask = (to: number, other: Creation["other"] = {}) =>
          as.call<{ code?: string }>("POST", other.path ?? path, other.body ?? creation.body, {
            headers,
            base: gateways[to % gateways.length],
          });
        const before = await creation.count();
        const pair = await Promise.all([ask(0), ask(1)]);
        expect(pair.map((answer) => [answer.status, answer.text])).toEqual(Array(2).fill([status, pair[0].text]));
        const replayed = pair.map((answer) => answer.headers.get("idempotent-replayed"));
        expect(replayed.filter((mark) => mark === "true")).toHaveLength(1);
        expect(replayed.filter((mark) => mark === null)).toHaveLength(1);
        expect((await creation.count()) - before).toBe(1);

        const later = await ask(1);
        expect([later.status, later.text]).toEqual([status, pair[0].text]);
        expect(later.headers.get("idempotent-replayed")).toBe("true");
        const reused = await ask(0, creation.other);
        expect(reused).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
        expect((await creation.count()) - before).toBe(1);
      },
    );

    it("is promised in the documentation for exactly the calls that keep it", async () => {
      const { gateways } = fixture().cluster;
      const document = await call<Document>(`${gateways[0]}/openapi.json`, "GET");
      const promised = Object.entries(document.body.paths)
        .filter(([, { post }]) => post?.parameters?.some(({ name }) => name === "Idempotency-Key"))
        .map(([path]) => path);
      const kept = Object.keys(CREATIONS).map((name) => `/api${name.split(" ")[1]}`);
      expect(promised.sort()).toEqual([...new Set([...kept, ...ELSEWHERE])].sort());
    });

    it("executes a captured signed call once, whatever key is added", async () => {
      const { cluster } = fixture();
      const made = await tenant.owner.call<{ key_id: string; secret: string }>("POST", "/api/keys", {
        ...{ name: "Signs", scopes: ["manage"] },
      });
      const { key_id: keyId, secret: key } = made.body;
      const before = await worldOf().list("/api/agents/echo/public-links");
      for (const [target, content, status] of [
        ["/api/tokens", { name: "Captured", role: "viewer" }, 201],
        ["/api/agents/echo/public-links/bulk", { create: [{ title: "C" }] }, 200],
      ] as const) {
        const body = JSON.stringify(content);
        const signed = signedHeaders({ key, keyId }, { method: "POST", target, body });
        const ask = (name?: string) =>
          call(`${cluster.gateways[0]}${target}`, "POST", {
            body,
            headers: { ...signed, ...(name && { "idempotency-key": name }) },
          });
        const first = await ask(`first-${target}`);
        expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([status, null]);
        for (const name of [undefined, `second-${target}`, `first-${target}`]) {
          const again = await ask(name);
          expect([again.status, again.text]).toEqual([status, first.text]);
          expect(again.headers.get("idempotent-replayed")).toBe("true");
        }
      }
      expect(await worldOf().list("/api/agents/echo/public-links")).toBe(before + 1);
      const tokens = await tenant.owner.call<Page<{ name: string }>>("GET", "/api/tokens?limit=200");
      expect(tokens.body.data.filter(({ name }) => name === "Captured")).toHaveLength(1);
    });

    it("keeps the keys of tenants apart, and refuses an invalid key", async () => {
      const stranger = await createTenant(fixture().cluster, "Repeats too");
      const headers = { "idempotency-key": "shared" };
      const ask = (as: ApiClient, name: string) => as.call("POST", "/api/agents", { name }, { headers });
      expect((await ask(tenant.owner, "Mine")).status).toBe(201);
      const theirs = await ask(stranger.owner, "Theirs");
      expect([theirs.status, theirs.headers.get("idempotent-replayed")]).toEqual([201, null]);
      const bad = { headers: { "idempotency-key": "x".repeat(256) } };
      expect((await tenant.owner.call("POST", "/api/agents", { name: "Bad" }, bad)).status).toBe(422);
    });

    it("leaves the key of a refused call unused, and stores no dry run", async () => {
      const headers = { "idempotency-key": "refused-first" };
      const path = "/api/agents/refused/import";
      const ask = (body: unknown) => tenant.owner.call("POST", path, body, { headers });
      expect((await ask({ document: {} })).status).toBe(422);
      expect((await ask({ document: ECHO, dry_run: true })).body).toMatchObject({ status: "validated" });
      const made = await ask({ document: ECHO });
      expect(made.body).toMatchObject({ status: "created", version: 1 });
      expect(made.headers.get("idempotent-replayed")).toBeNull();
    });
  });
}
