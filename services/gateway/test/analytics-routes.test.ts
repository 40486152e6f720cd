import { askAnalytics, forecastUsage, noteVisits, rebuildAnalytics, type VisitCount } from "@parley/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { AGENT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

const GERMAN = "194.25.0.68";

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

let world: World;
const asked: z.output<typeof askAnalytics.request>[] = [];
const visits: VisitCount[] = [];

const node = { group: "total", label: null, agent_id: AGENT, node_id: "=cmd", reached: 4, completed: 1, left: 1 };

beforeAll(async () => {
  world = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", MAX_STREAMS_PER_SESSION: "2" });
  const { bus } = world;
  bus.serve(noteVisits, async (batch) => {
    visits.push(...batch.visits);
    return {};
  });
  bus.serve(askAnalytics, async (input) => {
    asked.push(input);
    const { by, from, to } = input;
    return { by, from, to, truncated: false, rows: [{ ...node, drop_off: 0.25 }] };
  });
  bus.serve(forecastUsage, async () => ({
    ...{ from: "2026-09-07", to: "2026-11-01", days_known: 3, trend_per_day: null, data: [] },
  }));
  bus.serve(rebuildAnalytics, async () => ({ sessions: 7 }));
  // One connection is read in order: when this is answered, what is served above is served.
  const principal = { tenantId: null, role: "admin", via: "token", id: "t" } as const;
  await bus.call(rebuildAnalytics, { principal });
});
afterAll(() => world.stop());

const get = (path: string, role: "viewer" | "admin" = "viewer", method = "GET"): Promise<Response> =>
  fetch(`${world.url}/api/analytics/${path}`, {
    method,
    headers: { authorization: `Bearer ${world.owners.token(role)}` },
  });

describe("analytics over HTTP", () => {
  it("pass the query on, in whole days", async () => {
    const answer = await get("nodes?agent=desk&version=3&channel=widget&by=agent&from=2026-10-01&to=2026-10-31");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      ...{ by: "agent", from: "2026-10-01", to: "2026-10-31", truncated: false },
      data: [{ ...node, drop_off: 0.25 }],
    });
    expect(asked.at(-1)).toMatchObject({
      ...{ question: "nodes", agent: "desk", version: 3, channel: "widget", by: "agent" },
      ...{ from: "2026-10-01", to: "2026-10-31" },
    });
    await get("nodes?days=7&to=2026-10-31");
    expect(asked.at(-1)).toMatchObject({ from: "2026-10-25", to: "2026-10-31", by: "total" });
  });

  it("are returned as CSV that no spreadsheet interprets as a formula", async () => {
    const answer = await get("nodes?format=csv");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="nodes.csv"');
    expect(await answer.text()).toBe(
      `"group","label","agent_id","node_id","reached","completed","left","drop_off"\r\n"total","","${AGENT}","'=cmd","4","1","1","0.25"\r\n`,
    );
  });

  it("are available by hour for 90 days", async () => {
    expect((await get(`nodes?by=hour&days=1&to=${daysAgo(89)}`)).status).toBe(200);
    expect(asked.at(-1)).toMatchObject({ from: daysAgo(89), to: daysAgo(89), by: "hour" });
  });

  it.each([
    "usage?from=2026-10-02&to=2026-10-01",
    "usage?from=2024-10-02&to=2026-10-01",
    "usage?by=hour&days=15",
    `usage?by=hour&days=1&to=${daysAgo(92)}`,
    "usage?by=week",
  ])("refuse %s", async (query) => {
    const before = asked.length;
    const answer = await get(query);
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([422, "validation_failed"]);
    expect(asked).toHaveLength(before);
  });

  it("are rebuilt by admins only", async () => {
    expect((await get("rebuild", "viewer", "POST")).status).toBe(403);
    const answer = await get("rebuild", "admin", "POST");
    expect([answer.status, await answer.json()]).toEqual([202, { sessions: 7 }]);
  });

  it("count opened links by country, without an address", async () => {
    const { token, policy } = world.owners.link();
    for (const from of [GERMAN, GERMAN, "10.1.2.3"])
      await fetch(`${world.url}/api/public/link/${token}`, { headers: { "x-forwarded-for": from } });
    // In one batch or several: all of them count.
    const opened = (of: string | null) =>
      visits
        .filter(({ linkId, country }) => linkId === policy.id && country === of)
        .reduce((sum, visit) => sum + visit.opened, 0);
    await expect.poll(() => [opened("DE"), opened(null)], { timeout: 20_000 }).toEqual([2, 1]);
    expect(JSON.stringify(visits)).not.toContain(GERMAN);
  });

  it("distinguish the networks that opened a link by hashes that mean nothing for another link", async () => {
    const links = [world.owners.link(), world.owners.link()];
    for (const { token } of links)
      for (const from of [GERMAN, "194.25.0.70", "10.1.2.3"])
        await fetch(`${world.url}/api/public/link/${token}`, { headers: { "x-forwarded-for": from } });
    const hashes = () =>
      links.map(({ policy }) => [
        ...new Set(visits.flatMap(({ linkId, addressHash = [] }) => (linkId === policy.id ? addressHash : []))),
      ]);
    await expect.poll(() => hashes().map((of) => of.length), { timeout: 20_000 }).toEqual([2, 2]);
    expect(new Set(hashes().flat()).size).toBe(4);
  });

  it("count visitors' connections, including refused ones, but none of a backend", async () => {
    const { token, policy } = world.owners.link();
    const { session_id, session_token } = await bodyOf(
      await fetch(`${world.url}/api/public/sessions/${token}`, { method: "POST" }),
    );
    const leave = new AbortController();
    const headers = { authorization: `Bearer ${session_token}` };
    const open = () => fetch(`${world.url}/api/public/events/${token}`, { headers, signal: leave.signal });
    const [first, second] = [await open(), await open()];
    expect([first.status, second.status, (await open()).status]).toEqual([200, 200, 429]);
    const polled = await fetch(`${world.url}/api/public/poll/${token}?wait=0`, { headers });
    expect(polled.status).toBe(200);
    leave.abort();
    const backend = await world.signed("POST", "/api/chat/sessions", { tenant_id: policy.tenantId, agent_id: AGENT });
    const ofBackend = new AbortController();
    const path = `/api/chat/sessions/${(await bodyOf(backend)).session_id}/events`;
    expect((await world.signed("GET", path, undefined, { signal: ofBackend.signal })).status).toBe(200);
    ofBackend.abort();
    expect(session_id).toBeTruthy();
    const counted = () => {
      const sums: Record<string, number> = {};
      for (const { linkId, connections = {} } of visits)
        for (const [name, count] of Object.entries(connections))
          sums[linkId === policy.id ? name : "elsewhere"] =
            (sums[linkId === policy.id ? name : "elsewhere"] ?? 0) + count;
      return sums;
    };
    await expect
      .poll(counted, { timeout: 20_000 })
      .toEqual({ opened: 2, refused: 1, polls: 1, closed: 2, seconds: expect.any(Number) });
  });
});
