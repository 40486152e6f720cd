import { call, eventually, signedHeaders } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, openSession, type Session, send, sessionBody, type Turn } from "./fixture.js";

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const greetingMove = {
  from_node: "hello",
  from_node_name: "Hello",
  to_node: "talk",
  to_node_name: "Talk",
  condition: "always",
};

/** The four calls of the text chat API document, field by field. */
export function describeSessions(fixture: GetFixture): void {
  describe("text chat API", () => {
    it("creates a session with the documented fields", async () => {
      const { tenant } = fixture();
      const answer = await tenant.signed.call("POST", "/api/chat/sessions", sessionBody(fixture()));
      expect(answer.status).toBe(201);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-request-id")).toBeTruthy();
      expect(answer.body).toMatchObject({
        session_id: expect.stringMatching(/^text_[A-Za-z0-9_-]{22}$/),
        conversation_id: expect.stringMatching(UUID),
        status: "active",
        node_id: "talk",
        node_name: "Talk",
        initial_node_id: "hello",
        initial_node_name: "Hello",
        transitions: [greetingMove],
        agent_config_version: 1,
        is_active_version: true,
        initial_message: "Welcome.",
        created_at: expect.stringMatching(ISO),
      });
    });

    it("answers a message with the documented fields", async () => {
      const { session_id } = await openSession(fixture());
      const answer = await send(fixture(), session_id, "Grüße 👋");
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        response: "echo(Grüße 👋)",
        node_id: "talk",
        node_name: "Talk",
        previous_node_id: "talk",
        previous_node_name: "Talk",
        transitions: [],
        transition: null,
        extracted_variables: null,
        session_ended: false,
        turn_number: 1,
        latency_ms: expect.any(Number),
      });
      const second = await send(fixture(), session_id, "again");
      expect(second.body).toMatchObject({ response: "echo(again)", turn_number: 2 });
    });

    it("shows status and counts, then the end of a session", async () => {
      const { tenant } = fixture();
      const { session_id, conversation_id } = await openSession(fixture());
      await send(fixture(), session_id, "one");
      const path = `/api/chat/sessions/${session_id}`;
      const shown = await tenant.signed.call("GET", path);
      expect(shown.status).toBe(200);
      expect(shown.body).toMatchObject({
        ...{ session_id, conversation_id, status: "active", node_id: "talk", node_name: "Talk" },
        ...{ turns: 1, transition_count: 1, collected_data: {}, ended_at: null },
        created_at: expect.stringMatching(ISO),
        updated_at: expect.stringMatching(ISO),
      });
      const ended = await tenant.signed.call("DELETE", path);
      expect(ended.status).toBe(200);
      expect(ended.body).toEqual({
        ...{ success: true, conversation_id, final_node_id: "talk", final_node_name: "Talk" },
        ...{ total_turns: 1, total_transitions: 1 },
      });
      const after = await tenant.signed.call("GET", path);
      expect(after.body).toMatchObject({ status: "completed", ended_at: expect.stringMatching(ISO) });
    });

    it("refuses to send to, or to end, a session that has ended: 410", async () => {
      const { tenant, cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}`;
      const url = `${cluster.gateways[0]}${path}`;
      const headers = signedHeaders({ key: cluster.apiKey }, { method: "DELETE", target: path });
      expect((await call(url, "DELETE", { headers })).status).toBe(200);
      expect(await send(fixture(), session_id, "late")).toMatchObject({ status: 410, body: { code: "session_ended" } });
      // An exact replay gets the first answer, whatever key is put beside it; a request of its own is refused.
      const replay = await call(url, "DELETE", { headers: { ...headers, "idempotency-key": "other" } });
      expect([replay.status, replay.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
      const again = await tenant.signed.call("DELETE", path, undefined, { nonce: "a-nonce-makes-it-another-request" });
      expect(again).toMatchObject({ status: 410, body: { code: "session_ended" } });
    });

    it("ends the session when the workflow does", async () => {
      const { session_id } = await openSession(fixture());
      const last = await send(fixture(), session_id, "goodbye");
      expect(last.body).toMatchObject({ response: "Bye.", node_id: "end", session_ended: true });
      expect(last.body.transitions).toHaveLength(1);
      const shown = await fixture().tenant.signed.call("GET", `/api/chat/sessions/${session_id}`);
      expect(shown.body).toMatchObject({ status: "completed", node_id: "end" });
    });

    it("accepts a given version, and distinguishes 404 from 422", async () => {
      const { tenant, agentId } = fixture();
      const create = (more: Record<string, unknown>) =>
        tenant.signed.call<Session>("POST", "/api/chat/sessions", sessionBody(fixture(), more));
      const second = await create({ version: 2 });
      expect(second.status).toBe(201);
      expect(second.body).toMatchObject({ agent_config_version: 2, is_active_version: false });
      expect(second.body.initial_message).toBe("Welcome back.");
      expect(await create({ version: 99 })).toMatchObject({ status: 404, body: { code: "version_not_found" } });
      for (const version of [0, -1, 1.5, "2", null, 2 ** 40]) expect((await create({ version })).status).toBe(422);
      expect((await create({ agent_id: tenant.id })).status).toBe(404);
      expect((await create({ tenant_id: agentId })).status).toBe(404);
    });

    it("keeps the version of a running session when another one is activated", async () => {
      const { tenant, agentId } = fixture();
      const before = await openSession(fixture());
      const activate = async (version: number): Promise<void> => {
        await tenant.owner.call("POST", `/api/agents/echo/versions/${version}/activate`);
        // Each service hears of it by itself.
        await eventually(async () =>
          expect(await openSession(fixture())).toMatchObject({
            agent_config_version: version,
            is_active_version: true,
          }),
        );
      };
      try {
        await activate(2);
        const old = await send(fixture(), before.session_id, "still here");
        expect(old.body.response).toBe("echo(still here)");
        const shown = await tenant.signed.call("GET", `/api/chat/sessions/${before.session_id}`);
        expect(shown.body).toMatchObject({ agent_config_version: 1, agent_id: agentId });
      } finally {
        await activate(1);
      }
    });

    it("answers 202 at once when asked to, and the answer is read later", async () => {
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}`;
      const { signed } = fixture().tenant;
      const prefer = { headers: { prefer: "respond-async" } };
      const accepted = await signed.call<Turn>("POST", `${path}/messages`, { content: "later" }, prefer);
      expect(accepted.status).toBe(202);
      expect(accepted.body).toMatchObject({ turn_id: expect.any(String), events_url: `${path}/events` });
      const viaQuery = await signed.call<Turn>("POST", `${path}/messages?stream=true`, { content: "later still" });
      expect(viaQuery.status).toBe(202);
      const next = await send(fixture(), session_id, "now");
      expect(next.body).toMatchObject({ response: "echo(now)", turn_number: 3 });
    });
  });
}
