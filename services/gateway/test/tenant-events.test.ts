import {
  credentialRevoked,
  escalated,
  linkUpdated,
  newId,
  recentSessions,
  reviewChanged,
  type TenantFact,
} from "@parley/contracts";
import { endsWithin } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import { bodyOf, readStream, type ServerEvent, startWorld, type World } from "./gateway-under-test.js";

const OTHER = newId();

let world: World;
let other: { url: string; stop(): Promise<void> };
/** What the database says happened, by tenant. */
const recent = new Map<string, { sessionId: string; head: number }[]>();
let asked = 0;

beforeAll(async () => {
  world = await startWorld({ MAX_STREAMS_PER_SESSION: "2" });
  world.bus.serve(recentSessions, async ({ tenantId }) => {
    asked += 1;
    const at = new Date().toISOString();
    return { data: (recent.get(tenantId) ?? []).map((one) => ({ ...one, agentId: AGENT, linkId: null, at })) };
  });
  await world.bus.settled();
  other = await world.another();
});
afterAll(() => world.stop());

/** A reader of the tenant's stream, with what it was told so far. */
async function follow(url = world.url, token = world.owners.token("viewer")) {
  const left = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/events`, { headers, signal: left.signal });
  const events: ServerEvent[] = [];
  const reading = readStream(answer, (all) => {
    events.splice(0, events.length, ...all);
    return false;
  }).catch(() => []);
  await expect.poll(() => events[0]?.event).toBe("ready");
  const facts = () => events.flatMap(({ event, data }) => (event === "fact" ? [data as unknown as TenantFact] : []));
  return { answer, events, facts, reading, leave: () => left.abort() };
}

const escalation = (tenantId: string, sessionId: string) =>
  world.bus.publish(
    escalated,
    {
      ...{ tenantId, sessionId, conversationId: newId(), escalationId: newId(), status: "open" as const },
      ...{ source: "visitor" as const, assignedTo: null, outcome: null },
    },
    { key: sessionId, msgId: newId() },
  );

describe("the event stream of a tenant", () => {
  it("sends facts without content to readers on every gateway, and to nobody of another tenant", async () => {
    const readers = [await follow(), await follow(other.url)];
    const stranger = await follow(world.url, world.owners.token("viewer", OTHER));
    await escalation(TENANT, "text_one");
    const link = { linkId: newId(), tenantId: TENANT };
    await world.bus.publish(linkUpdated, link, { key: link.linkId, msgId: newId() });
    const review = { tenantId: TENANT, sessionId: "text_one", conversationId: newId(), change: "given" as const };
    await world.bus.publish(reviewChanged, review, { key: "text_one", msgId: newId() });
    for (const reader of readers)
      await expect
        .poll(() => reader.facts().map(({ at: _at, ...fact }) => fact))
        .toEqual(
          expect.arrayContaining([
            { type: "escalation.waiting", session_id: "text_one", escalation_id: expect.any(String) },
            { type: "link.changed", link_id: link.linkId },
            { type: "review.given", session_id: "text_one" },
          ]),
        );
    await escalation(OTHER, "text_two");
    await expect.poll(() => stranger.facts().map(({ session_id }) => session_id)).toEqual(["text_two"]);
    for (const reader of [...readers, stranger]) reader.leave();
  });

  it("reports an ongoing session at most once a second, and queries nothing without readers", async () => {
    const reader = await follow();
    const turns = () => reader.facts().filter(({ type }) => type === "session.turn");
    for (let head = 1; head <= 50; head += 1) {
      recent.set(TENANT, [{ sessionId: "text_busy", head }]);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await expect.poll(() => turns().length).toBeGreaterThan(0);
    expect(turns().length).toBeLessThanOrEqual(4);
    expect(turns()[0]).toMatchObject({ session_id: "text_busy", agent_id: AGENT, link_id: null });
    reader.leave();
    await reader.reading;
    recent.clear();
    // Whatever was under way ends; then nothing is asked in two rounds.
    let before = -1;
    const grown = () => {
      const more = asked - before;
      before = asked;
      return more;
    };
    await expect.poll(grown, { interval: 2_200, timeout: 15_000 }).toBe(0);
  });

  it("ends within a second of its token's revocation", async () => {
    const token = world.owners.token("operator");
    const reader = await follow(other.url, token);
    const id = world.owners.tokens.get(token)?.id ?? "";
    await endsWithin(1_000, async () => {
      await world.bus.publish(credentialRevoked, { id }, { key: id, msgId: newId() });
      await reader.reading;
    });
    expect(reader.events.at(-1)).toMatchObject({ event: "error", data: { code: "invalid_token" } });
  });

  it("is refused to a caller who already has as many open as a session may have", async () => {
    const token = world.owners.token("viewer");
    const readers = [await follow(world.url, token), await follow(world.url, token)];
    const third = await fetch(`${world.url}/api/events`, { headers: { authorization: `Bearer ${token}` } });
    expect([third.status, (await bodyOf(third)).code]).toEqual([429, "too_many_streams"]);
    for (const reader of readers) reader.leave();
  });
});

describe("presence", () => {
  it("shows on another gateway within a second who views a session, and that they left without notice", async () => {
    const made = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: AGENT });
    const { session_id } = await bodyOf(made);
    const reader = await follow(other.url);
    const present = () => reader.facts().findLast(({ type }) => type === "session.presence")?.present;
    const say = (activity: string, token: string) =>
      fetch(`${world.url}/api/sessions/${session_id}/presence`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ activity, name: "Grace" }),
      });
    const grace = world.owners.token("operator");
    const answer = await say("viewing", grace);
    expect(await answer.json()).toMatchObject({ present: [{ name: "Grace", activity: "viewing" }] });
    await expect.poll(present, { timeout: 1_000 }).toMatchObject([{ name: "Grace", activity: "viewing" }]);
    await say("answering", grace);
    await expect.poll(present, { timeout: 1_000 }).toMatchObject([{ name: "Grace", activity: "answering" }]);
    await expect.poll(present, { timeout: 11_000 }).toEqual([]);
    await say("viewing", grace);
    expect(await (await say("gone", grace)).json()).toEqual({ present: [] });
    const stranger = await say("viewing", world.owners.token("operator", OTHER));
    expect(stranger.status).toBe(404);
    reader.leave();
  }, 30_000);
});
