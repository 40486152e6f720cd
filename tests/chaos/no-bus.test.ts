import { call, endsWithin, eventually, followEvents, type HttpAnswer } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../cluster/owner.js";

interface Turn {
  response: string;
}

const TALKS = 5;
const FROZEN_MS = 20_000;
const GONE_MS = 8_000;
/** What 95 of 100 replies take at most. */
const REPLY_MS = 3_000;

/** A conversation that says one thing after the other, with a reader. */
interface Talk {
  target: string;
  said: number;
  follower: ReturnType<typeof followEvents>;
}

describe("the product in one process, without its bus", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let talks: Talk[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ shape: "standalone" });
    tenant = await createTenant(cluster, "No bus");
    const agentId = await importAgent(tenant, "echo", ECHO);
    talks = await Promise.all(Array.from({ length: TALKS }, (_, n) => open(agentId, n)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(talks.map(({ follower }) => follower.stop()));
    await cluster?.close();
  }, 60_000);

  async function open(agentId: string, n: number): Promise<Talk> {
    const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { n } };
    const answer = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
    if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
    const target = `/api/chat/sessions/${answer.body.session_id}`;
    return { target, said: 0, follower: followEvents(() => tenant.signed.stream(`${target}/events`)) };
  }

  /** Says one thing in each conversation after the other until `until`. Answers how many replies were late, and of how many. */
  async function talkUntil(until: number): Promise<{ late: number; replies: number }> {
    let [late, replies] = [0, 0];
    await Promise.all(
      talks.map(async (talk) => {
        while (performance.now() < until) {
          talk.said += 1;
          const content = `${talk.said}`;
          let answer: HttpAnswer<Turn> | undefined;
          const send = async () => {
            answer = await tenant.signed.call<Turn>("POST", `${talk.target}/messages`, { content });
          };
          await endsWithin(REPLY_MS, send).catch(() => {
            late += 1;
          });
          replies += 1;
          expect([answer?.status, answer?.body.response]).toEqual([200, `echo(${content})`]);
          await endsWithin(REPLY_MS, () =>
            eventually(() => talk.follower.events.some(({ data }) => data.content === `echo(${content})`)),
          );
        }
      }),
    );
    return { late, replies };
  }

  const readiness = async (): Promise<number> => (await call(`${cluster.gateways[0]}/readyz`, "GET")).status;

  it("answers every message and serves every reader while NATS is frozen, killed, and after it is back", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const total = { late: 0, replies: 0 };
    const talk = async (ms: number): Promise<void> => {
      const { late, replies } = await talkUntil(performance.now() + ms);
      total.late += late;
      total.replies += replies;
    };
    await talk(1_000);
    cluster.nats.pause();
    await talk(FROZEN_MS);
    expect(await readiness()).toBe(200);
    cluster.nats.resume();
    await talk(1_000);
    await cluster.nats.kill();
    await talk(GONE_MS);
    expect(await readiness()).toBe(200);
    // A new agent and a conversation with it need no bus either.
    talks.push(await open(await importAgent(tenant, "late", ECHO), TALKS));
    await talk(1_000);
    await cluster.nats.restart();
    await talk(2_000);
    expect(total.late / total.replies).toBeLessThanOrEqual(0.05);
    for (const { target, said, follower } of talks) {
      const history = await tenant.signed.call<{ data: unknown[] }>("GET", `${target}/messages?limit=1`);
      expect(history.status).toBe(200);
      const ids = follower.events.filter(({ event, id }) => id !== null && event !== "connected").map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => `1-${index + 1}`));
      const replies = follower.events.filter(({ data }) => String(data.content).startsWith("echo("));
      expect(replies.map(({ data }) => data.content)).toEqual(Array.from({ length: said }, (_, n) => `echo(${n + 1})`));
    }
    process.stderr.write(`without the bus: ${JSON.stringify(total)}\n`);
  }, 180_000);
});
