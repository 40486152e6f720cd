import { createBearerClient } from "@parley/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { ECHO } from "../../cluster/documents.js";
import { createTenant, type Tenant } from "../../cluster/owner.js";
import { CREATIONS, worldIn } from "./creations.js";
import { type GetFixture, openSession, type Page, send } from "./fixture.js";

interface Entry {
  seq: number;
  action: string;
  actor: { via: string; role: string; address: string };
  request_id: string;
  target_id: string | null;
}

/** What is in the audit after calls of the management API. */
export function describeAudit(fixture: GetFixture): void {
  describe("audit", () => {
    let tenant: Tenant;
    beforeEach(async () => {
      tenant = await createTenant(fixture().cluster, "Audited");
      await tenant.owner.call("POST", "/api/agents/echo/import", { document: ECHO });
    });
    const entries = async (query = "", as = tenant.owner): Promise<Entry[]> =>
      (await as.call<Page<Entry>>("GET", `/api/audit?limit=200${query}`)).body.data;
    const newest = async (): Promise<number> => (await entries())[0]?.seq ?? 0;

    it.each(Object.keys(CREATIONS))("%s stands in it, once, with who did it", async (name) => {
      const creation = await CREATIONS[name]?.(worldIn({ ...fixture(), tenant }));
      if (creation === undefined) throw new Error("every name has its call");
      const { path, status, body, as = tenant.owner } = creation;
      const before = await newest();
      const headers = { ...creation.headers, "idempotency-key": "audited-once" };
      const made = await as.call<{ id?: string }>("POST", path, body, { headers });
      expect([made.status, made.text]).toEqual([status, expect.any(String)]);
      // A new tenant begins its own.
      const first =
        name === "POST /tenants"
          ? await entries(`&tenant_id=${made.body.id}`, as)
          : (await entries()).filter(({ seq }) => seq > before);
      expect(first.length).toBeGreaterThan(0);
      for (const { actor, request_id } of first) {
        expect(actor).toMatchObject({ via: expect.stringMatching(/token|hmac/), address: "127.0.0.1" });
        expect(request_id).toBe(made.headers.get("x-request-id"));
      }
      const after = await newest();
      await as.call("POST", path, body, { headers });
      // Only what is written before the call is carried out is written again.
      const again = (await entries()).filter(({ seq }) => seq > after);
      expect(again.filter(({ action }) => /\.(created|updated|deleted)$/.test(action))).toEqual([]);
    });

    it("has who read content, and who ended a session, before the answer arrives", async () => {
      const agent = await tenant.owner.call<{ id: string }>("GET", "/api/agents/echo");
      const own = { ...fixture(), tenant, agentId: agent.body.id };
      const { session_id: id } = await openSession(own);
      await send(own, id, "a word of the visitor");
      for (const read of ["transcript", "trace"]) await tenant.owner.call("GET", `/api/sessions/${id}/${read}`);
      await tenant.owner.call("POST", `/api/sessions/${id}/end`);
      expect((await entries(`&target_id=${id}`)).map(({ action }) => action)).toEqual([
        "session.ended",
        "session.trace.read",
        "session.transcript.read",
      ]);
      const exported = await tenant.owner.call("GET", "/api/audit/export");
      const lines = exported.text.trim().split("\n");
      expect(lines.map((line) => (JSON.parse(line) as Entry).seq)).toEqual(lines.map((_, i) => i + 1));
      expect(exported.text).not.toContain("a word of the visitor");
      const verified = await tenant.owner.call("GET", "/api/audit/verify");
      expect(verified.body).toMatchObject({ intact: true, problems: [], checked: await newest() });
    });

    it("has who read one session, one escalation or the list as a file; not viewers, nor looks at lists", async () => {
      const agent = await tenant.owner.call<{ id: string }>("GET", "/api/agents/echo");
      const { session_id: id } = await openSession({ ...fixture(), tenant, agentId: agent.body.id });
      const taken = await tenant.owner.call<{ id: string }>("POST", `/api/sessions/${id}/take-over`, {});
      const bases = fixture().cluster.gateways.slice(0, 1);
      const [viewer, operator] = await Promise.all(
        ["viewer", "operator"].map(async (role) => {
          const made = await tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: role, role });
          return createBearerClient({ bases, token: made.body.token });
        }),
      );
      const before = await newest();
      expect((await viewer?.call("GET", `/api/sessions/${id}`))?.status).toBe(200);
      // A page that asks for its session again reads it once.
      const reads = ["sessions", "escalations", `sessions/${id}`, `sessions/${id}`, `escalations/${taken.body.id}`];
      for (const read of [...reads, "sessions?format=csv"])
        expect([read, (await operator?.call("GET", `/api/${read}`))?.status]).toEqual([read, 200]);
      const since = (await entries()).filter(({ seq }) => seq > before);
      expect(since.map(({ action, target_id }) => [action, target_id])).toEqual([
        ["sessions.exported", null],
        ["escalation.read", taken.body.id],
        ["session.read", id],
      ]);
    });
  });
}
