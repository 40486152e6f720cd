import { eventually } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, visitor } from "./fixture.js";
import { operator, queueOf, visit } from "./with-operators.js";

/** People behind an agent: told of an escalation, waited for, answering by mail. */
export function describePeople(fixture: GetFixture): void {
  describe("people behind an agent", () => {
    it("are shown, waited for and answered by mail through the public API", async () => {
      const { tenant } = fixture();
      const path = "/api/agents/echo/people";
      const viewer = await operator(fixture(), "operator");
      expect((await viewer.call("GET", path)).status).toBe(403);
      expect((await tenant.owner.call("PUT", path, { hours: { time_zone: "Nowhere", days: {} } })).status).toBe(422);
      const set = await tenant.owner.call("PUT", path, {
        ...{ hours: { time_zone: "UTC", days: {} }, reply_minutes: 10, fallback_minutes: 5 },
        notify: { emails: ["desk@example.com"] },
      });
      expect(set).toMatchObject({ status: 200, body: { open_now: false, next_open_at: null, reply_minutes: 10 } });
      expect((await tenant.owner.call("GET", path)).body).toEqual(set.body);

      const { link, session_id, me } = await visit(fixture());
      const shown = await visitor(fixture()).call("GET", `/api/public/link/${link.token}`);
      expect(shown.body).toMatchObject({
        people: { reply_minutes: 10, fallback_minutes: 5, open_now: false, next_open_at: null },
      });
      expect(JSON.stringify(shown.body)).not.toContain("desk@");
      const choose = (body: object, headers = {}) =>
        me.call("POST", `/api/public/escalate/${link.token}/choice`, body, { headers });
      expect(await choose({ choice: "cancel" })).toMatchObject({ status: 404, body: { code: "escalation_not_found" } });
      const asked = await me.call<{ escalation_id: string }>("POST", `/api/public/escalate/${link.token}`, {
        reason: "please",
      });
      const id = asked.body.escalation_id;
      const mine = await operator(fixture());
      const notices = async () =>
        (await mine.call<{ notices: { kind: string; status: string }[] }>("GET", `/api/escalations/${id}`)).body
          .notices;
      await eventually(async () => expect(await notices()).toMatchObject([{ kind: "mail", status: "sent" }]), {
        timeoutMs: 20_000,
      });
      const kept = await tenant.owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail?limit=200");
      const told = kept.body.data.filter(({ text }) => text.includes(`/console/inbox/${id}`));
      expect(told).toMatchObject([{ to: "desk@example.com" }]);
      expect(await choose({ choice: "continue" })).toMatchObject({
        body: { session: { handled_by: "agent", escalation: { status: "waiting" } } },
      });
      expect((await choose({ choice: "email", email: "nonsense" })).status).toBe(422);
      const left = await choose({ choice: "email", email: "Ada@Example.com" }, { "accept-language": "fr" });
      expect(left.body).toMatchObject({ session: { escalation: { answer_by_mail: true } } });
      expect((await choose({ choice: "cancel" })).body).toMatchObject({ session: { escalation: null } });
      expect(await queueOf(fixture(), session_id)).toMatchObject([{ status: "resolved", outcome: "cancelled" }]);
      expect((await me.call("POST", `/api/public/chat/${link.token}`, { message: "so?" })).body).toMatchObject({
        response: "echo(so?)",
      });
      await tenant.owner.call("PUT", path, { hours: null, notify: { emails: [] } });
    });
  });
}
