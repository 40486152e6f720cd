import { eventually } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { importAgent } from "../../cluster/owner.js";
import { type GetFixture, openSession, wholeHistory } from "./fixture.js";

/** A workflow that speaks by itself after a second. */
const WAITING = {
  agent: { name: "Waiting" },
  workflow: {
    initial_node: "ask",
    nodes: [
      {
        ...{ id: "ask", proactive: true, static_text: "Still there?" },
        transitions: [{ condition: "timeout:1s", target: "end" }],
      },
      { id: "end", type: "end_call", static_text: "I close now." },
    ],
  },
};

/** Time that passes in a session by itself, and time that its owner adds. */
export function describeTime(fixture: GetFixture): void {
  describe("time", () => {
    it("that a workflow waits for passes without a message, once", async () => {
      const agentId = await importAgent(fixture().tenant, "waiting", WAITING);
      const { session_id } = await openSession(fixture(), { agent_id: agentId });
      const path = `/api/chat/sessions/${session_id}`;
      await eventually(
        async () => {
          const { body } = await fixture().tenant.signed.call("GET", path);
          expect(body).toMatchObject({ status: "completed", end_reason: "workflow_ended", message_count: 0 });
        },
        { timeoutMs: 20_000 },
      );
      const said = (await wholeHistory(fixture(), session_id)).map(({ content }) => content);
      expect(said).toEqual(["Still there?", "I close now."]);
    });

    it("can be added to a session by its owner, once for a key", async () => {
      const { session_id } = await openSession(fixture());
      const extend = (minutes: unknown, key?: string) =>
        fixture().tenant.owner.call<{ idle_expires_at: string }>(
          "POST",
          `/api/sessions/${session_id}/extend`,
          { minutes },
          key === undefined ? {} : { headers: { "idempotency-key": key } },
        );
      const first = await extend(60, "k");
      expect(first).toMatchObject({ status: 200, body: { session_id, expires_at: null } });
      expect((await extend(60, "k")).body).toEqual(first.body);
      for (const minutes of [0, 1441, 1.5, "60"]) expect((await extend(minutes)).status).toBe(422);
      const after = await extend(1440);
      const more = Date.parse(after.body.idle_expires_at) - Date.parse(first.body.idle_expires_at);
      expect(more).toBe(1440 * 60_000);
    });
  });
}
