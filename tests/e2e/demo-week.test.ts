import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** As planned: the visits of seven days, and one person who waits. */
const SESSIONS = 70;

interface Session {
  session_id: string;
  created_at: string;
  last_activity_at: string;
  status: string;
  conversation_id: string;
}

let product: FirstStart;
let announced: Announcement;

async function api<T>(path: string, method = "GET"): Promise<T> {
  const headers = { authorization: `Bearer ${announced.admin_token}` };
  const answer = await fetch(`${product.base}/api${path}`, { method, headers });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function sessions(): Promise<Session[]> {
  const { data } = await api<{ data: Session[] }>("/sessions?limit=100");
  return data;
}

const week = () => api<{ state: string; sessions: number; links: unknown[] }>("/demo-week");
const counted = async () => {
  const { data } = await api<{ data: { sessions: number }[] }>("/analytics/usage?by=total");
  return data[0]?.sessions ?? 0;
};

beforeAll(async () => {
  product = await firstStart({ DEMO_WEEK: "on", ANALYTICS_INTERVAL_SECONDS: "1" });
  announced = await product.start();
});

afterAll(() => product.clear());

describe("the demo's week", () => {
  it("is played once, even when the start that plays it is killed", async () => {
    await expect.poll(async () => (await week()).sessions).toBeGreaterThan(5);
    await product.child.kill();
    announced = await product.start();
    await expect.poll(async () => (await week()).state, { timeout: 90_000 }).toBe("played");
    expect((await week()).sessions).toBe(SESSIONS);

    const all = await sessions();
    expect(all).toHaveLength(SESSIONS);
    expect(new Set(all.map(({ created_at: at }) => at.slice(0, 10))).size).toBe(8);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(["active", "completed", "abandoned"]));
    for (const session of [all.at(0), all.at(-1)]) {
      const { messages } = await api<{ messages: { created_at: string }[] }>(
        `/sessions/${session?.session_id}/transcript`,
      );
      const times = messages.map(({ created_at: at }) => at);
      expect(times.length).toBeGreaterThan(1);
      expect(times).toEqual([session?.created_at, ...times, session?.last_activity_at].sort().slice(1, -1));
    }
    const { data: waiting } = await api<{ data: { last_message: { content: string } }[] }>("/escalations?status=open");
    expect(waiting.map(({ last_message: { content } }) => content)).toEqual([
      expect.stringContaining("human colleague"),
    ]);
    await expect.poll(counted, { timeout: 60_000 }).toBe(SESSIONS);
  }, 180_000);

  it("is removed with its links and numbers, and does not reappear", async () => {
    expect(await api("/demo-week", "DELETE")).toEqual({ sessions: SESSIONS });
    expect(await week()).toEqual({ state: "none", sessions: 0, links: [] });
    expect(await sessions()).toEqual([]);
    await expect.poll(counted).toBe(0);
    expect(await api("/demo-week", "DELETE")).toEqual({ sessions: 0 });

    await product.child.stop();
    announced = await product.start();
    expect(await week()).toEqual({ state: "none", sessions: 0, links: [] });
  }, 60_000);
});
