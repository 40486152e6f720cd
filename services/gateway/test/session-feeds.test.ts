import { linkRevoked } from "@parley/contracts";
import { endsWithin } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FakeSession } from "./fake-records.js";
import { bodyOf, readStream, type ServerEvent, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.sessions.calls = {};
});
afterEach(() => {
  world.sessions.live = true;
});

interface Visit {
  session: FakeSession;
  linkId: string;
  tenantId: string;
  /** Opens the stream behind an offset. */
  stream(after: number, url?: string): Promise<Response>;
}

async function visit(): Promise<Visit> {
  const { token, policy } = world.owners.link();
  const opened = await bodyOf(await fetch(`${world.url}/api/public/sessions/${token}`, { method: "POST" }));
  const session = world.sessions.sessions.get(opened.session_id);
  if (session === undefined) throw new Error("session is unknown");
  const headers = { authorization: `Bearer ${opened.session_token}` };
  return {
    session,
    linkId: policy.id,
    tenantId: policy.tenantId,
    stream: (after, url = world.url) =>
      fetch(`${url}/api/public/events/${token}`, { headers: { ...headers, "last-event-id": `1-${after}` } }),
  };
}

const say = (session: FakeSession, content: string): void => {
  world.sessions.append(session, "message", { turn_id: "t", role: "user", content });
};
const contents = (list: ServerEvent[]): unknown[] =>
  list.filter(({ event }) => event === "message").map(({ data }) => data.content);
const until =
  (content: string) =>
  (list: ServerEvent[]): boolean =>
    contents(list).includes(content);

describe("a session followed for all its readers", () => {
  it("is queried at most once a second, however many readers reconnect and how often; all read the same", async () => {
    const { session, stream } = await visit();
    const first = readStream(await stream(2), until("end"));
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThanOrEqual(2);
    for (let n = 0; n < 5; n += 1) say(session, `m${n}`);
    const began = performance.now();
    const askedBefore = world.sessions.calls.events ?? 0;
    const lists: ServerEvent[][] = [];
    for (let round = 0; round < 6; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => stream(2)));
      lists.push(...(await Promise.all(answers.map((answer) => readStream(answer, until("m4"))))));
    }
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    // The first second's answer was there before the crowd.
    expect(world.sessions.calls.events).toBeLessThanOrEqual(askedBefore + seconds);
    for (const list of lists) expect(contents(list)).toEqual(["m0", "m1", "m2", "m3", "m4"]);
    say(session, "end");
    expect(contents(await first)).toEqual(["m0", "m1", "m2", "m3", "m4", "end"]);
  });

  it("gives a reader who is ahead of this gateway what follows, and no reset", async () => {
    const { session, stream } = await visit();
    const stays = readStream(await stream(2), until("end"));
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThanOrEqual(2);
    world.sessions.live = false;
    for (const text of ["told elsewhere", "missed here"]) say(session, text);
    world.sessions.live = true;
    const list = await readStream(await stream(3), until("missed here"));
    expect(list.map(({ event, id }) => [event, id])).toEqual([
      ["connected", "1-3"],
      ["message", "1-4"],
    ]);
    say(session, "end");
    expect(contents(await stays)).toEqual(["told elsewhere", "missed here", "end"]);
  });

  it("admits no reader later than a second after the right to read was revoked", async () => {
    const { session, stream } = await visit();
    const open = await stream(2);
    expect(open.status).toBe(200);
    session.tokenId = "another";
    const began = performance.now();
    const statuses: number[] = [];
    await expect
      .poll(
        async () => {
          const asked = performance.now() - began;
          const answer = await stream(2);
          await answer.body?.cancel();
          if (asked > 1_000) statuses.push(answer.status);
          return statuses.length;
        },
        { interval: 20, timeout: 10_000 },
      )
      .toBe(3);
    expect(statuses).toEqual([401, 401, 401]);
    await open.body?.cancel();
  });

  it("immediately forgets who may read when the link is revoked", async () => {
    const { session, stream, linkId, tenantId } = await visit();
    expect((await stream(2)).status).toBe(200);
    await world.bus.publish(linkRevoked, { linkId, tenantId }, { key: linkId, msgId: `revoked-${linkId}` });
    session.tokenId = "another";
    const status = async (): Promise<number> => {
      const answer = await stream(2);
      await answer.body?.cancel();
      return answer.status;
    };
    await endsWithin(900, () => expect.poll(status, { interval: 5 }).toBe(401));
  });

  it("shows readers who reconnect in the middle of an answer its text so far, once", async () => {
    const { session, stream } = await visit();
    const stays = readStream(await stream(2), (list) => list.some(({ event }) => event === "quota"));
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThanOrEqual(2);
    await world.sessions.delta(session, "t9", 0, "Hel");
    await world.sessions.delta(session, "t9", 3, "lo ");
    const deltas = (list: ServerEvent[]): unknown[] =>
      list.filter(({ event }) => event === "message.delta").map(({ data }) => [data.at, data.text]);
    for (let n = 0; n < 3; n += 1) {
      const list = await readStream(await stream(2), (seen) => deltas(seen).length > 0);
      expect(deltas(list)).toEqual([[0, "Hello "]]);
    }
    await world.sessions.delta(session, "t9", 6, "you");
    world.sessions.finish(session, "t9", "Hello you");
    expect(deltas(await stays)).toEqual([
      [0, "Hel"],
      [3, "lo "],
      [6, "you"],
    ]);
    const after = await readStream(await stream(2), until("Hello you"));
    expect(deltas(after)).toEqual([]);
  });

  it("delivers the end to readers who missed it, and tells those who have it to stop", async () => {
    const { session, stream } = await visit();
    const stays = readStream(await stream(2));
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThanOrEqual(2);
    say(session, "last words");
    world.sessions.end(session, "client");
    expect((await stays).map(({ event }) => event)).toEqual(["connected", "message", "session_ended"]);
    const late = await readStream(await stream(3));
    expect(late.map(({ event, id }) => [event, id])).toEqual([
      ["connected", "1-3"],
      ["session_ended", "1-4"],
    ]);
    expect((await stream(4)).status).toBe(204);
  });

  it("disconnects its readers with a retry time when the gateway stops", async () => {
    const { session, stream } = await visit();
    const other = await world.another();
    const answers = await Promise.all([1, 2, 3].map(() => stream(2, other.url)));
    const texts = answers.map((answer) => answer.text());
    await other.stop();
    for (const text of await Promise.all(texts)) expect(text).toMatch(/\n\nretry: \d+\n\n$/);
    say(session, "later");
    expect(contents(await readStream(await stream(2), until("later")))).toEqual(["later"]);
  });
});
