import { withPostgresClient } from "@parley/local-servers";
import { call, eventually, type ModelCall } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, openSession, send } from "./fixture.js";

const systemOf = ({ messages }: ModelCall): string => messages.find(({ role }) => role === "system")?.content ?? "";

/** What happens behind the calls: memory, cleanup, probes, documents. */
export function describeBackground(fixture: GetFixture): void {
  describe("behind the calls", () => {
    it("remembers a confirmed person after five exchanges, in the next session", async () => {
      const { model } = fixture().cluster;
      const participant = { email: "visitor@example.com", name: "Visitor" };
      const first = await openSession(fixture(), { participant });
      for (let n = 1; n <= 5; n += 1) await send(fixture(), first.session_id, `fact number ${n}`);
      await eventually(
        async () => {
          const second = await openSession(fixture(), { participant });
          await send(fixture(), second.session_id, `who am I ${second.session_id}`);
          const asked = model.calls.find(({ lastUserText }) => lastUserText === `who am I ${second.session_id}`);
          return asked !== undefined && systemOf(asked).includes("<memory>");
        },
        { timeoutMs: 20_000, intervalMs: 300 },
      );
      const stranger = await openSession(fixture(), { participant: { email: "somebody.else@example.com" } });
      await send(fixture(), stranger.session_id, "who am I, a stranger");
      const asked = model.calls.find(({ lastUserText }) => lastUserText === "who am I, a stranger");
      expect(asked && systemOf(asked)).not.toContain("<memory>");
    });

    it("ends a session that was idle for its timeout", async () => {
      const { cluster, tenant } = fixture();
      const { session_id } = await openSession(fixture());
      // The only way to be idle for half an hour in the time of a test.
      await withPostgresClient(cluster.database.adminUrl, (client) =>
        client.query(
          "update text_conversations set updated_at = now() - interval '31 minutes', idle_check_at = now() where session_id = $1",
          [session_id],
        ),
      );
      const late = await send(fixture(), session_id, "too late");
      expect(late.status).toBe(410);
      await eventually(
        async () => {
          const { body } = await tenant.signed.call("GET", `/api/chat/sessions/${session_id}`);
          return body.status === "abandoned" && body.ended_at !== null;
        },
        { timeoutMs: 15_000, intervalMs: 200 },
      );
    });

    it("answers the probes on every process", async () => {
      const { cluster } = fixture();
      for (const { opsUrl, name } of cluster.children) {
        expect([name, (await call(`${opsUrl}/healthz`, "GET")).status]).toEqual([name, 200]);
        const ready = await call<{ ready: boolean }>(`${opsUrl}/readyz`, "GET");
        expect([name, ready.status, ready.body.ready]).toEqual([name, 200, true]);
        const metrics = await call(`${opsUrl}/metrics`, "GET");
        expect(metrics.text).toContain("process_cpu_seconds_total");
      }
      for (const gateway of cluster.gateways) {
        expect((await call(`${gateway}/healthz`, "GET")).status).toBe(200);
        expect(await call(`${gateway}/readyz`, "GET")).toMatchObject({ status: 200, body: { ready: true } });
        expect((await call(`${gateway}/metrics`, "GET")).status).toBe(404);
      }
    });

    it("serves the API document, its page, and the chat page", async () => {
      const [gateway] = fixture().cluster.gateways;
      const document = await call<{ openapi: string; paths: Record<string, unknown> }>(
        `${gateway}/openapi.json`,
        "GET",
      );
      expect(document.body.openapi).toMatch(/^3\.1/);
      expect(Object.keys(document.body.paths)).toEqual(
        expect.arrayContaining(["/api/chat/sessions", "/api/chat/sessions/{id}/messages", "/api/public/chat/{token}"]),
      );
      const docs = await fetch(`${gateway}/docs`);
      expect([docs.status, docs.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
      const page = await call(`${gateway}/public/chat/pl_anything`, "GET");
      expect(page.status).toBe(200);
      expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
      const moved = await call(`${gateway}/temp-chat/pl_anything`, "GET");
      expect([moved.status, moved.headers.get("location")]).toEqual([302, "/public/chat/pl_anything"]);
    });
  });
}
