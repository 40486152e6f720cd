import { endsWithin, eventually, readEvents, type StreamedEvent } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLink, type MadeLink } from "../../cluster/owner.js";
import { type Fixture, type GetFixture, type Message, openSession, type Page, send, visitor } from "./fixture.js";

interface Opened {
  session_token: string;
  session_id: string;
}

const OPEN = { max_sessions: 100, rate_limit_per_minute: 100 };
const PATH = "/api/agents/echo/public-links";

async function openVisit(fixture: Fixture, link: MadeLink): Promise<Opened> {
  const answer = await visitor(fixture).call<Opened>("POST", `/api/public/sessions/${link.token}`, {});
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** What an owner can do with links beyond one at a time, and how changes reach those who talk. */
export function describeLinkOwners(fixture: GetFixture): void {
  describe("links and their owners", () => {
    it("applies a changed message limit to a running session immediately", async () => {
      const { owner } = fixture().tenant;
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, max_messages_per_session: 50 });
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const say = (message: string) => me.call("POST", `/api/public/chat/${link.token}`, { message });
      expect((await say("1")).body).toMatchObject({ remaining_messages: 49 });
      const told: StreamedEvent[] = [];
      const stream = me.stream(`/api/public/events/${link.token}`);
      const reading = readEvents(stream, (event) => told.push(event));
      await eventually(() => told.some(({ event }) => event === "connected"), { timeoutMs: 10_000 });
      const put = (body: object) => owner.call("PUT", `${PATH}/${link.id}`, body);
      expect((await put({ max_messages_per_session: 2 })).status).toBe(200);
      const left = { event: "quota", data: expect.objectContaining({ remaining_messages: 1, message_count: 1 }) };
      await endsWithin(1_000, () => eventually(() => expect(told).toContainEqual(expect.objectContaining(left))));
      expect((await say("2")).body).toMatchObject({ remaining_messages: 0 });
      expect(await say("3")).toMatchObject({ status: 429, body: { code: "messages_exhausted" } });
      expect((await put({ max_messages_per_session: 3 })).status).toBe(200);
      expect((await say("3")).body).toMatchObject({ remaining_messages: 0 });
      await me.call("DELETE", `/api/public/session/${link.token}`);
      await reading;
    });

    it("ends running sessions and open streams at an expiry that was moved forward, on every gateway", async () => {
      const { tenant, cluster } = fixture();
      const link = await createLink(tenant, "echo", OPEN);
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const ends: StreamedEvent[] = [];
      let connected = 0;
      const readers = cluster.gateways.map(() =>
        readEvents(me.stream(`/api/public/events/${link.token}`), (event) => {
          if (event.event === "connected") connected += 1;
          if (event.event === "session_ended") ends.push(event);
        }),
      );
      await eventually(() => connected === readers.length, { timeoutMs: 10_000 });
      expect((await me.call("POST", `/api/public/chat/${link.token}`, { message: "hi" })).status).toBe(200);
      // It must reach the server before it is past.
      const expires_at = new Date(Date.now() + 4_000).toISOString();
      expect((await tenant.owner.call("PUT", `${PATH}/${link.id}`, { expires_at })).status).toBe(200);
      await eventually(() => Date.now() > Date.parse(expires_at));
      await endsWithin(2_000, () => Promise.all(readers));
      expect(ends).toHaveLength(readers.length);
      const late = await me.call("POST", `/api/public/chat/${link.token}`, { message: "late" });
      expect(late).toMatchObject({ status: 404, body: { code: "link_unavailable" } });
    });

    it("closes open streams within a second of disabling a link, and lets the session continue once enabled again", async () => {
      const { tenant, cluster } = fixture();
      const link = await createLink(tenant, "echo", OPEN);
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      let connected = 0;
      const readers = cluster.gateways.map(() =>
        readEvents(me.stream(`/api/public/events/${link.token}`), (event) => {
          if (event.event === "connected") connected += 1;
        }),
      );
      await eventually(() => connected === readers.length, { timeoutMs: 10_000 });
      const put = (is_active: boolean) => tenant.owner.call("PUT", `${PATH}/${link.id}`, { is_active });
      await endsWithin(1_500, async () => {
        expect((await put(false)).status).toBe(200);
        await Promise.all(readers);
      });
      const say = () => me.call("POST", `/api/public/chat/${link.token}`, { message: "hi" });
      expect(await say()).toMatchObject({ status: 404, body: { code: "link_unavailable" } });
      expect((await put(true)).status).toBe(200);
      await endsWithin(3_000, () => eventually(async () => (await say()).status === 200));
    });

    it("begins empty when a link was created from a conversation", async () => {
      const { tenant } = fixture();
      const source = await openSession(fixture());
      expect((await send(fixture(), source.session_id, "the secret of the source")).status).toBe(200);
      const link = await createLink(tenant, "echo", { ...OPEN, source_session_id: source.session_id });
      const { session_token, session_id } = await openVisit(fixture(), link);
      expect(session_id).not.toBe(source.session_id);
      const me = visitor(fixture(), session_token);
      const said = await me.call("POST", `/api/public/chat/${link.token}`, { message: "what was said?" });
      const history = await me.call<{ data: Message[] }>("GET", `/api/public/history/${link.token}`);
      expect(history.body.data.map(({ content }) => content)).toEqual([
        "Welcome.",
        "what was said?",
        "echo(what was said?)",
      ]);
      expect(said.text + history.text).not.toContain("secret");
      const seen = await tenant.owner.call<{ collected_data: object }>("GET", `/api/sessions/${session_id}`);
      expect(seen.body.collected_data).toEqual({});
      const unknown = await tenant.owner.call("POST", PATH, { source_session_id: "text_nobody" });
      expect(unknown).toMatchObject({ status: 404, body: { code: "session_not_found" } });
    });

    it("creates personal links in one call, and reports their use", async () => {
      const { owner } = fixture().tenant;
      type Result = { results: { id: string; status: string; token: string; url: string }[] };
      const body = {
        create: [{ ...OPEN, template: "daily_checkin", welcome_message: "Hi {{recipient.name}}!" }],
        recipients: [{ name: "Ada" }, { name: "Bo" }],
      };
      const made = await owner.call<Result>("POST", `${PATH}/bulk`, body, { headers: { "idempotency-key": "bulk-1" } });
      expect(made).toMatchObject({ status: 200, body: { results: [{ status: "created" }, { status: "created" }] } });
      const again = await owner.call<Result>("POST", `${PATH}/bulk`, body, {
        headers: { "idempotency-key": "bulk-1" },
      });
      expect(again.body).toEqual(made.body);
      const [ada, bo] = made.body.results;
      if (ada === undefined || bo === undefined) throw new Error("two links were asked for");
      const shown = await visitor(fixture()).call("GET", `/api/public/link/${ada.token}`);
      expect(shown.body).toMatchObject({ title: "Daily Check-in Chat", welcome_message: "Hi Ada!" });

      const { session_token, session_id } = await openVisit(fixture(), ada);
      const me = visitor(fixture(), session_token);
      for (const message of ["one", "two"])
        expect((await me.call("POST", `/api/public/chat/${ada.token}`, { message })).status).toBe(200);
      await me.call("DELETE", `/api/public/session/${ada.token}`);
      const sessions = await owner.call<Page<{ session_id: string }>>("GET", `${PATH}/${ada.id}/sessions`);
      expect(sessions.body.data.map((session) => session.session_id)).toEqual([session_id]);
      // The gateway tells visits by the batch.
      const numbers = await eventually(
        async () => {
          const answer = await owner.call("GET", `${PATH}/${ada.id}/analytics?days=7`);
          expect(answer.body).toMatchObject({ unique_addresses: 1 });
          return answer;
        },
        { intervalMs: 200 },
      );
      expect(numbers).toMatchObject({
        status: 200,
        body: {
          sessions: { total: 1, active: 0 },
          messages: 2,
          unique_visitors: { total: 1, confirmed: 0, anonymous: 1 },
          engagement: { average_messages: 2 },
          response_time_ms: { average: expect.any(Number) },
          last_used_at: expect.any(String),
        },
      });
      const none = await owner.call("GET", `${PATH}/${bo.id}/analytics`);
      expect(none.body).toMatchObject({
        ...{ sessions: { total: 0 }, unique_addresses: 0, completion_rate: null, last_used_at: null },
      });
      const embed = await owner.call("GET", `${PATH}/${bo.id}/embed`);
      expect(embed.body).toEqual({ url: bo.url, iframe: null, widget: null, allowed_domains: [] });
      const picture = await owner.call("GET", `${PATH}/${bo.id}/qr.svg`);
      expect(picture.text).toMatch(/^<svg /);
    });
  });
}
