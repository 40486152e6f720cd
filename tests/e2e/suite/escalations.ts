import { eventually, followEvents, type HttpAnswer } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, type Message, openSession, type Page, send } from "./fixture.js";
import { type Escalation, operator, queueOf, visit } from "./with-operators.js";

/** A human in the conversation, from the visitor's wish to the hand-back. */
export function describeEscalations(fixture: GetFixture): void {
  describe("escalations", () => {
    it("go from the visitor's request to an operator and back, and everybody sees each word once", async () => {
      const { link, session_id, session_token, me } = await visit(fixture());
      const stream = followEvents(() => ({
        url: `${fixture().cluster.gateways[0]}/api/public/events/${link.token}`,
        headers: { authorization: `Bearer ${session_token}` },
      }));
      const asked = await me.call<{ escalation_id: string }>("POST", `/api/public/escalate/${link.token}`, {
        reason: "please",
      });
      expect(asked).toMatchObject({ status: 200, body: { status: "open" } });
      const again = await me.call("POST", `/api/public/escalate/${link.token}`, {});
      expect(again.body).toMatchObject({ escalation_id: asked.body.escalation_id, status: "open" });
      const id = asked.body.escalation_id;
      expect(await queueOf(fixture(), session_id)).toMatchObject([
        { id, status: "open", reason: "please", source: "visitor" },
      ]);

      const [mira, jo] = await Promise.all([operator(fixture()), operator(fixture())]);
      const act = (who: typeof mira, what: string, body: object = {}, headers = {}): Promise<HttpAnswer> =>
        who.call("POST", `/api/escalations/${id}/${what}`, body, { headers });
      expect(await act(mira, "assign", { name: "Mira" })).toMatchObject({
        status: 200,
        body: { status: "assigned", assigned_name: "Mira", handled_by: "human" },
      });
      expect(await act(jo, "assign")).toMatchObject({ status: 409, body: { code: "escalation_assigned" } });
      const silent = await me.call("POST", `/api/public/chat/${link.token}`, { message: "who is there?" });
      expect(silent).toMatchObject({ status: 200, body: { response: "", messages: [] } });
      const key = { "idempotency-key": "reply-1" };
      const first = await act(mira, "reply", { message: "Mira here." }, key);
      const second = await act(mira, "reply", { message: "Mira here." }, key);
      expect([first.status, second.status, second.headers.get("idempotent-replayed")]).toEqual([201, 201, "true"]);
      expect(second.body).toEqual(first.body);
      expect(await act(jo, "reply", { message: "me too" })).toMatchObject({ status: 409 });
      const back = await act(mira, "hand-back", { summary: "settled" });
      expect(back).toMatchObject({ status: 200, body: { status: "resolved", outcome: "handed_back" } });
      expect(await act(mira, "hand-back")).toMatchObject({ status: 409, body: { code: "escalation_resolved" } });
      const last = await me.call("POST", `/api/public/chat/${link.token}`, { message: "thanks" });
      expect(last.body).toMatchObject({ response: "echo(thanks)" });

      const history = await me.call<{ data: (Message & { author?: string; author_name?: string })[] }>(
        "GET",
        `/api/public/history/${link.token}`,
      );
      expect(history.body.data.map(({ role, content, author_name }) => [role, content, author_name ?? null])).toEqual([
        ["assistant", "Welcome.", null],
        ["user", "who is there?", null],
        ["assistant", "Mira here.", "Mira"],
        ["user", "thanks", null],
        ["assistant", "echo(thanks)", null],
      ]);
      await eventually(() => {
        const told = stream.events.filter(({ event }) => event === "escalation" || event === "assignment");
        expect(told.map(({ event, data }) => [event, data.state])).toEqual([
          ["escalation", "open"],
          ["escalation", "assigned"],
          ["assignment", "assigned"],
          ["escalation", "resolved"],
          ["assignment", "released"],
        ]);
        const words = stream.events.filter(({ data }) => data.author === "human");
        expect(words.map(({ data }) => [data.content, data.author_name])).toEqual([["Mira here.", "Mira"]]);
      });
      // Who the operator is to the owner is nobody's business.
      expect(JSON.stringify(stream.events)).not.toContain('"operator"');
      await stream.stop();
    });

    it("are opened by a backend with metadata, listed oldest first by status, and closed to viewers and strangers", async () => {
      const { tenant } = fixture();
      const [one, two] = [await openSession(fixture()), await openSession(fixture())];
      const ids: string[] = [];
      for (const { session_id } of [one, two]) {
        const path = `/api/chat/sessions/${session_id}/escalate`;
        const answer = await tenant.signed.call<{ escalation_id: string }>("POST", path, {
          reason: "complex_query",
          metadata: { ticket: 17 },
        });
        expect(answer).toMatchObject({ status: 200, body: { status: "open", reason: "complex_query" } });
        ids.push(answer.body.escalation_id);
      }
      expect(await queueOf(fixture(), one.session_id)).toMatchObject([{ metadata: { ticket: 17 }, source: "api" }]);
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const query: string = `status=open&limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`;
        const page: HttpAnswer<Page<Escalation>> = await tenant.owner.call("GET", `/api/escalations?${query}`);
        expect(page.status).toBe(200);
        seen.push(...page.body.data.map(({ id }) => id));
        cursor = page.body.next_cursor;
      }
      expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
      expect((await tenant.owner.call("GET", "/api/escalations?cursor=nonsense")).status).toBe(422);
      const viewer = await operator(fixture(), "viewer");
      expect((await viewer.call("POST", `/api/escalations/${ids[0]}/assign`, {})).status).toBe(403);
      expect((await viewer.call("GET", "/api/escalations")).status).toBe(403);
      expect((await tenant.owner.call("POST", `/api/escalations/${one.conversation_id}/assign`, {})).status).toBe(404);
      // Resolving may end the session.
      const done = await tenant.owner.call("POST", `/api/escalations/${ids[1]}/resolve`, { end_session: true });
      expect(done).toMatchObject({ status: 200, body: { outcome: "resolved" } });
      expect(await send(fixture(), two.session_id, "late")).toMatchObject({ status: 410 });
    });

    it("refuse a body with unknown or wrong members", async () => {
      const { session_id } = await openSession(fixture());
      const { tenant } = fixture();
      const asked = await tenant.signed.call<{ escalation_id: string }>(
        "POST",
        `/api/chat/sessions/${session_id}/escalate`,
        {},
      );
      const path = `/api/escalations/${asked.body.escalation_id}`;
      for (const [what, body] of [
        ["reply", { message: "   " }],
        ["reply", { message: "a\u0000b" }],
        ["reply", { message: "x".repeat(10_001) }],
        ["reply", {}],
        ["transfer", {}],
        ["assign", { operator: "" }],
        ["resolve", { unknown: 1 }],
      ] as const) {
        expect([what, (await tenant.owner.call("POST", `${path}/${what}`, body)).status]).toEqual([what, 422]);
      }
    });
  });

  describe("the state of an escalation", () => {
    it("says everywhere whether it is waiting or assigned, and is over once resolved", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}`;
      const mira = await operator(fixture());
      const told = async () => (await tenant.signed.call<{ escalation: unknown }>("GET", path)).body.escalation;
      expect(await told()).toBeNull();
      expect((await send(fixture(), session_id, "hello")).body).toMatchObject({ handled_by: "agent" });
      const asked = await tenant.signed.call<{ escalation_id: string; created_at: string }>(
        "POST",
        `${path}/escalate`,
        {
          reason: "refund",
        },
      );
      const { escalation_id: id, created_at: since } = asked.body;
      expect(await told()).toEqual({
        ...{ id, status: "waiting", since, assigned_name: null, reason: "refund", answer_by_mail: false },
      });
      const [row] = (await mira.call<Page<Escalation>>("GET", `/api/escalations?session_id=${session_id}`)).body.data;
      expect(row).toMatchObject({ mine: false, last_message: { role: "assistant", content: "echo(hello)" } });

      const before = (await mira.call<Record<string, number>>("GET", "/api/escalations/count")).body;
      const taken = await mira.call<{ assigned_at: string }>("POST", `/api/sessions/${session_id}/take-over`, {
        name: "Mira",
      });
      expect(taken).toMatchObject({ status: 200, body: { id, status: "assigned", mine: true, source: "api" } });
      const { assigned_at } = taken.body;
      const assigned = { status: "assigned", since: assigned_at, assigned_name: "Mira", reason: "refund" };
      expect(await told()).toEqual({ id, ...assigned, answer_by_mail: false });
      const after = (await mira.call<Record<string, number>>("GET", "/api/escalations/count")).body;
      expect(after).toMatchObject({ waiting: Number(before.waiting) - 1, mine: 1 });
      expect((await send(fixture(), session_id, "so?")).body).toMatchObject({
        response: "",
        handled_by: "human",
        escalation: assigned,
      });
      const mine = await mira.call<Page<Escalation>>("GET", "/api/escalations?status=assigned&assigned_to=me");
      expect(mine.body.data.map((one) => one.id)).toEqual([id]);
      expect((await mira.call("POST", `/api/escalations/${id}/resolve`, {})).status).toBe(200);
      expect(await told()).toBeNull();
      expect((await send(fixture(), session_id, "back")).body).toMatchObject({ handled_by: "agent" });
    });

    it("lets an operator take over a session that nobody asked a human for, once", async () => {
      const { session_id, me, link } = await visit(fixture());
      const [mira, jo] = await Promise.all([operator(fixture()), operator(fixture())]);
      const take = (who: typeof mira) =>
        who.call<Escalation & { source: string }>("POST", `/api/sessions/${session_id}/take-over`, {
          reason: "circles",
        });
      const both = await Promise.all([take(mira), take(jo)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = both[0].status === 200 ? mira : jo;
      expect((await take(winner)).body).toMatchObject({ source: "operator", reason: "circles", status: "assigned" });
      expect(await queueOf(fixture(), session_id)).toHaveLength(1);
      const opened = await me.call("POST", `/api/public/sessions/${link.token}`, {});
      expect(opened.body).toMatchObject({ session: { escalation: { status: "assigned" }, handled_by: "human" } });
      const listed = await mira.call<{ data: { id: string; name: string; me: boolean }[] }>("GET", "/api/operators");
      expect(listed.body.data.filter(({ me: isMe }) => isMe)).toMatchObject([{ name: "Desk" }]);
      const other = (await jo.call<typeof listed.body>("GET", "/api/operators")).body.data.find(({ me: isMe }) => isMe);
      const next = winner === mira ? other?.id : listed.body.data.find(({ me: isMe }) => isMe)?.id;
      const [{ id } = { id: "" }] = await queueOf(fixture(), session_id);
      const handed = await winner.call("POST", `/api/escalations/${id}/transfer`, { operator: next });
      expect(handed).toMatchObject({ status: 200, body: { assigned_to: next, mine: false } });
      const viewer = await operator(fixture(), "viewer");
      expect((await viewer.call("GET", "/api/operators")).status).toBe(403);
      expect((await take(viewer)).status).toBe(403);
      expect((await winner.call("POST", "/api/sessions/text_nobody/take-over", {})).status).toBe(404);
    });
  });
}
