import { type ApiClient, createBearerClient, type HttpAnswer, type ModelFault } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent } from "../cluster/owner.js";

/**
 * Small limits, so that a fault that waits for one shows it within the test; long enough for a healthy answer on a machine that stands
 * still for a second. Milliseconds.
 */
const LIMITS = { MODEL_FIRST_TOKEN_TIMEOUT_MS: 2_000, MODEL_IDLE_TIMEOUT_MS: 2_000, MODEL_TOTAL_TIMEOUT_MS: 5_000 };
/** Everything around the model call, on a busy machine. */
const AROUND_MS = 6_000;

interface Sent {
  response?: string;
  code?: string;
  remaining_messages?: number;
  session_token?: string;
}

interface Event {
  type: string;
  turn_id?: string;
}

/** What goes wrong, and how the turn may end. */
const FAULTS: { name: string; fault: ModelFault; ends: number[] }[] = [
  { name: "hangs before its first word", fault: { type: "hang" }, ends: [504] },
  { name: "hangs in the middle of the answer", fault: { type: "hang_mid_stream", after: 2 }, ends: [502, 504] },
  { name: "is rate limited", fault: { type: "status", status: 429, retryAfterSeconds: 1 }, ends: [502, 504] },
  { name: "fails with 500", fault: { type: "status", status: 500 }, ends: [502] },
  { name: "refuses the key", fault: { type: "status", status: 401 }, ends: [502] },
  { name: "says nothing at all", fault: { type: "empty" }, ends: [502] },
  { name: "ends early", fault: { type: "end_early", after: 2 }, ends: [502] },
  { name: "sends garbage at once", fault: { type: "garbage", after: 0 }, ends: [502] },
  { name: "sends garbage after some words", fault: { type: "garbage", after: 3 }, ends: [502] },
  // Silence within the total time is cut by it; words until the token limit are an answer.
  { name: "never stops talking", fault: { type: "endless", tokenDelayMs: 20 }, ends: [200, 502, 504] },
  ...[0, 1, 15, 90, 200, 400, 700].map((atByte) => ({
    name: `is reset at byte ${atByte}`,
    fault: { type: "reset", atByte } as const,
    ends: [502],
  })),
];

describe("a misbehaving model", () => {
  let cluster: Cluster;
  let link: string;
  beforeAll(async () => {
    cluster = await startCluster({
      shape: "standalone",
      env: Object.fromEntries(Object.entries(LIMITS).map(([name, value]) => [name, String(value)])),
    });
    const tenant = await createTenant(cluster, "Faults");
    await importAgent(tenant, "echo", ECHO);
    const body = { max_sessions: 100, max_messages_per_session: 5, rate_limit_per_minute: 100 };
    link = (await createLink(tenant, "echo", body)).token;
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const open = async (): Promise<ApiClient> => {
    const anyone = createBearerClient({ bases: cluster.gateways });
    const opened = await anyone.call<Sent>("POST", `/api/public/sessions/${link}`, {});
    expect(opened.status).toBe(201);
    return createBearerClient({ bases: cluster.gateways, token: opened.body.session_token });
  };
  const send = (visitor: ApiClient, message: string): Promise<HttpAnswer<Sent>> =>
    visitor.call<Sent>("POST", `/api/public/chat/${link}`, { message });
  const eventsOf = async (visitor: ApiClient): Promise<Event[]> => {
    const polled = await visitor.call<{ events: Event[] }>("GET", `/api/public/poll/${link}?after=1-0`);
    expect(polled.status).toBe(200);
    return polled.body.events;
  };

  it.each(FAULTS)(
    "$name: one reply or one error within the limits, the message given back, the next turn works",
    async ({ fault, ends }) => {
      const visitor = await open();
      cluster.model.setFault(fault);
      const began = performance.now();
      const answer = await send(visitor, "one two three");
      const ms = performance.now() - began;
      cluster.model.setFault(null);

      expect(ends).toContain(answer.status);
      if (answer.status !== 200)
        expect(answer.body.code).toBe(answer.status === 504 ? "model_timeout" : "model_unavailable");
      expect(ms).toBeLessThan(LIMITS.MODEL_TOTAL_TIMEOUT_MS + AROUND_MS);

      const next = await send(visitor, "and again");
      expect(next.body.response).toBe("echo(and again)");
      // A failed turn costs the visitor nothing, an answered one costs one message.
      expect(next.body.remaining_messages).toBe(answer.status === 200 ? 3 : 4);

      const ended = (await eventsOf(visitor)).filter(({ type }) => type === "error" || type === "quota");
      // The opening, the turn with the fault, the next one: each ended once.
      expect(new Set(ended.map(({ turn_id }) => turn_id)).size).toBe(3);
      expect(ended.map(({ type }) => type)).toEqual(["quota", answer.status === 200 ? "quota" : "error", "quota"]);
    },
  );
});
