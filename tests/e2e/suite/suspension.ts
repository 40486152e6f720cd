import { createBearerClient, eventually } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { ECHO } from "../../cluster/documents.js";
import { createLink, createTenant, importAgent } from "../../cluster/owner.js";
import { type GetFixture, visitor } from "./fixture.js";

/** A tenant that the operator of the installation stops. */
export function describeSuspension(fixture: GetFixture): void {
  describe("a suspended tenant", () => {
    it("has no access until it is resumed, and its conversations have ended; others are not affected", async () => {
      const { cluster, tenant: other } = fixture();
      const tenant = await createTenant(cluster, "Suspended");
      await importAgent(tenant, "echo", ECHO);
      const link = await createLink(tenant, "echo", { max_sessions: 9 });
      const opened = await visitor(fixture()).call<{ session_token: string; session_id: string }>(
        ...(["POST", `/api/public/sessions/${link.token}`, {}] as const),
      );
      const me = visitor(fixture(), opened.body.session_token);
      const chat = `/api/public/chat/${link.token}`;
      const session = `/api/chat/sessions/${opened.body.session_id}`;
      expect((await me.call("POST", chat, { message: "hi" })).status).toBe(200);
      const key = await tenant.owner.call<{ id: string }>("POST", "/api/keys", { name: "Backend" });
      expect(key.status).toBe(201);

      const path = `/api/tenants/${tenant.id}`;
      expect((await tenant.owner.call("PATCH", path, { suspended: true })).status).toBe(403);
      expect((await tenant.owner.call("PATCH", path, {})).status).toBe(422);
      const suspended = await tenant.signed.call<{ suspended_at: string }>("PATCH", path, { suspended: true });
      expect(suspended).toMatchObject({ status: 200, body: { id: tenant.id, suspended_at: expect.any(String) } });

      // Each gateway hears of it by itself.
      for (const gateway of cluster.gateways) {
        const owner = createBearerClient({ bases: [gateway], token: tenant.ownerToken });
        await eventually(async () => expect((await owner.call("GET", "/api/agents")).status).toBe(401));
      }
      // A conversation in which something was written in the same moment ends a few seconds later.
      await eventually(async () =>
        expect((await me.call("POST", chat, { message: "still there?" })).status).not.toBe(200),
      );
      await eventually(
        async () => expect((await visitor(fixture()).call("GET", `/api/public/link/${link.token}`)).status).toBe(404),
        { timeoutMs: 15_000 },
      );
      await eventually(async () =>
        expect(await other.signed.call("GET", session)).toMatchObject({ status: 200, body: { status: "abandoned" } }),
      );
      expect((await other.owner.call("GET", "/api/agents")).status).toBe(200);

      const resumed = await other.signed.call("PATCH", path, { suspended: false });
      expect(resumed).toMatchObject({ status: 200, body: { suspended_at: null } });
      await eventually(
        async () => {
          expect((await tenant.owner.call("GET", "/api/agents")).status).toBe(200);
          expect((await visitor(fixture()).call("POST", `/api/public/sessions/${link.token}`, {})).status).toBe(201);
        },
        { timeoutMs: 15_000 },
      );
      const audit = await tenant.owner.call<{ data: { action: string }[] }>("GET", "/api/audit?action=tenant.updated");
      expect(audit.body.data).toHaveLength(2);
    });
  });
}
