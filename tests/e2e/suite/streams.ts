import { eventually, followEvents, readEvents, type StreamedEvent, signedHeaders } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, openSession, send, type Turn, wholeHistory } from "./fixture.js";

const durable = (events: readonly StreamedEvent[]): StreamedEvent[] =>
  events.filter(({ id, event }) => id !== null && event !== "connected");

/** Ids of an unbroken log from its beginning. */
const idsUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `1-${index + 1}`);

/** Event streams: one turn on its own POST, and the log of a session across cuts and gateways. */
export function describeStreams(fixture: GetFixture): void {
  describe("event streams", () => {
    it("streams one turn on the POST and ends with the plain answer", async () => {
      const { cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const target = `/api/chat/sessions/${session_id}/messages`;
      const body = JSON.stringify({ content: "word by word by word", client_message_id: "streamed" });
      const events: StreamedEvent[] = [];
      const headers = signedHeaders({ key: cluster.apiKey }, { method: "POST", target, body });
      const url = `${cluster.gateways[0]}${target}`;
      const { status, headers: answered } = await readEvents({ url, headers, method: "POST", body }, (event) =>
        events.push(event),
      );
      expect(status).toBe(200);
      expect(answered.get("content-type")).toContain("text/event-stream");
      expect(answered.get("cache-control")).toBe("no-store");
      expect(answered.get("x-accel-buffering")).toBe("no");
      const deltas = events.filter(({ event }) => event === "message.delta");
      expect(deltas.map(({ data }) => data.text).join("")).toBe("echo(word by word by word)");
      expect(events.at(-2)).toMatchObject({ event: "message", data: { content: "echo(word by word by word)" } });
      const last = events.at(-1);
      expect(last?.event).toBe("turn");
      const plain = await send(fixture(), session_id, "word by word by word", { client_message_id: "streamed" });
      const { type: _type, ...answer } = last?.data ?? {};
      expect(answer).toEqual(plain.body);
    });

    it("gives a reader the whole log, live and in order", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}/events`;
      const follower = followEvents(() => tenant.signed.stream(path));
      // Connected while the session lives: it says so, and it is over soon.
      await eventually(() => follower.events.length > 0);
      await send(fixture(), session_id, "first");
      await send(fixture(), session_id, "second");
      await tenant.signed.call("DELETE", `/api/chat/sessions/${session_id}`);
      await follower.ended;
      expect(follower.events[0]).toMatchObject({ event: "connected", data: { session_id, status: "active" } });
      const log = durable(follower.events);
      expect(log.map(({ id }) => id)).toEqual(idsUpTo(log.length));
      const messages = log.filter(({ event }) => event === "message").map(({ data }) => [data.role, data.content]);
      expect(messages).toEqual([
        ["assistant", "Welcome."],
        ["user", "first"],
        ["assistant", "echo(first)"],
        ["user", "second"],
        ["assistant", "echo(second)"],
      ]);
      expect(log.at(-1)).toMatchObject({ event: "session_ended", data: { type: "session_ended" } });
    });

    it("resumes after every cut on the next gateway without gap or duplicate", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}/events`;
      const follower = followEvents(() => tenant.signed.stream(path));
      for (let n = 1; n <= 8; n += 1) {
        await send(fixture(), session_id, `message ${n}`);
        follower.cut();
        if (n % 2 === 0) await eventually(() => follower.openings > n / 2, { timeoutMs: 10_000 });
      }
      await tenant.signed.call("DELETE", `/api/chat/sessions/${session_id}`);
      await follower.ended;
      const log = durable(follower.events);
      expect(follower.openings).toBeGreaterThan(3);
      expect(log.map(({ id }) => id)).toEqual(idsUpTo(log.length));
      const history = await wholeHistory(fixture(), session_id);
      const messages = log.filter(({ event }) => event === "message").map(({ data }) => data.content);
      expect(messages).toEqual(history.map(({ content }) => content));
    });

    it("starts after a given id, and answers 204 when an ended session has nothing more", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      await send(fixture(), session_id, "only one");
      await tenant.signed.call("DELETE", `/api/chat/sessions/${session_id}`);
      const path = `/api/chat/sessions/${session_id}/events`;
      const all: StreamedEvent[] = [];
      await readEvents(tenant.signed.stream(path), (event) => all.push(event));
      const log = durable(all);
      const rest: StreamedEvent[] = [];
      await readEvents(tenant.signed.stream(`${path}?after=1-3`), (event) => rest.push(event));
      expect(durable(rest)).toEqual(log.slice(3));
      const lastEventId = log.at(-1)?.id ?? null;
      const { status } = await readEvents({ ...tenant.signed.stream(path), lastEventId }, () => undefined);
      expect(status).toBe(204);
    });

    it("sends a reader from another epoch one reset with the whole state", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      await send(fixture(), session_id, "before");
      const stop = new AbortController();
      const seen: StreamedEvent[] = [];
      const request = { ...tenant.signed.stream(`/api/chat/sessions/${session_id}/events`), lastEventId: "7-2" };
      const reading = readEvents({ ...request, signal: stop.signal }, (event) => seen.push(event)).catch(() => null);
      const reset = await eventually(() => seen.find(({ event }) => event === "reset") ?? false);
      const messages = reset.data.messages as { content: string }[];
      expect(messages.map(({ content }) => content)).toEqual(["Welcome.", "before", "echo(before)"]);
      await send(fixture(), session_id, "after");
      await eventually(() => seen.some(({ data }) => data.content === "echo(after)"));
      expect(seen.filter(({ event }) => event === "reset")).toHaveLength(1);
      stop.abort();
      await reading;
    });

    it("follows a turn that was answered with 202", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}`;
      const headers = { prefer: "respond-async" };
      const accepted = await tenant.signed.call<Turn>("POST", `${path}/messages`, { content: "later" }, { headers });
      const follower = followEvents(() => tenant.signed.stream(`${path}/events`));
      const turn = await eventually(
        () =>
          follower.events.find(({ event, data }) => event === "turn" && data.turn_id === accepted.body.turn_id) ??
          false,
      );
      expect(turn.data).toMatchObject({ status: "done", session_ended: false });
      await follower.stop();
    });
  });
}
