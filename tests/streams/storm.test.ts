import { setTimeout as delay } from "node:timers/promises";
import { createBearerClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink } from "../cluster/owner.js";
import type { CutPlan } from "./cut-reader.js";
import { quantileOf, startCutReaders } from "./cut-readers.js";
import { newVisitor, type Visitor } from "./visitor.js";

const full = process.env.STREAMS_FULL === "1";
const PLAN = full
  ? { watched: 100, readers: 20, forMs: 60_000, deadlineMs: 400_000 }
  : { watched: 20, readers: 20, forMs: 12_000, deadlineMs: 300_000 };
const SENDERS = 10;
/** A message is answered in a fraction of a second; the rest is for a machine that is busy with other work. */
const SLOWEST_MS = 15_000;
const TIMES_QUIET = 10;
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: "10000000",
  MAX_STREAMS_PER_ADDRESS: "200000",
  MAX_CONNECTIONS_PER_ADDRESS: "200000",
};
const LINK = {
  max_sessions: 10_000,
  rate_limit_per_minute: 100,
  max_messages_per_session: 1_000,
  proof_of_work: "off",
};

describe("a storm of reconnecting readers", () => {
  let cluster: Cluster;
  const links: MadeLink[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ shape: "distributed", env: LIMITS });
    const tenant = await createTenant(cluster, "Storm");
    await importAgent(tenant, "echo", ECHO);
    for (let n = 0; n < 1 + PLAN.watched / 50; n += 1) links.push(await createLink(tenant, "echo", LINK));
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  const visitorsOf = async (count: number): Promise<{ visitor: Visitor; link: MadeLink }[]> => {
    const made: { visitor: Visitor; link: MadeLink }[] = [];
    for (let n = 0; n < count; n += 1) {
      const link = links[n % links.length];
      if (link !== undefined) made.push({ visitor: await newVisitor(cluster, link), link });
    }
    return made;
  };

  it(
    "costs no message: each is accepted at once and answered in bounded time, and new streams are what has to wait",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const [watched, senders] = [await visitorsOf(PLAN.watched), await visitorsOf(SENDERS)];
      const quiet = (await sendAll(cluster, senders, Date.now() + 1_000)).flat();
      const readers = startCutReaders();
      onTestFinished(() => readers.stop());
      readers.start(
        watched.flatMap(({ visitor, link }, session) => {
          const urls = cluster.gateways.map((base) => `${base}/api/public/events/${link.token}`);
          const plan: CutPlan = { session, urls, token: visitor.token, cutMs: [0, 5], pauseMs: [0, 2] };
          return Array.from({ length: PLAN.readers }, () => plan);
        }),
      );
      const storm = (await sendAll(cluster, senders, Date.now() + PLAN.forMs)).flat();
      const { told } = await readers.report();
      const sum = (of: "cuts" | "refused" | "resets" | "repeated"): number => told.reduce((n, one) => n + one[of], 0);
      const [before, during] = [millisOf(quiet), millisOf(storm)];
      const answerMs = [before, during].map((millis) => [0.5, 0.99, 1].map((q) => quantileOf(millis, q)));
      const shed = await countOf(cluster, "http_shed_total");
      process.stdout.write(
        `\n${JSON.stringify({ messages: storm.length, answered: during.length, answerMs, cuts: sum("cuts"), refused: sum("refused"), shed })}\n`,
      );
      // The gateway sheds no message, and a stream only before it is opened.
      expect(shed).toBe(0);
      expect(storm.filter(({ status }) => status === 429)).toEqual([]);
      expect([sum("resets"), sum("repeated")]).toEqual([0, 0]);
      // A turn may fail for want of a model where the machine has no time left; that is no matter of streams.
      expect(during.length).toBeGreaterThanOrEqual(storm.length * 0.9);
      expect(Math.max(...during)).toBeLessThan(Math.max(SLOWEST_MS, TIMES_QUIET * Math.max(...before)));
      // It was a storm; how wild, is up to the machine.
      expect(sum("cuts")).toBeGreaterThan((PLAN.watched * PLAN.readers) / 4);
      readers.keep();
      // They all get in when it is over.
      await eventually(async () => expect(await countOf(cluster, "gateway_streams")).toBe(told.length), {
        timeoutMs: 60_000,
      });
    },
    PLAN.deadlineMs,
  );
});

interface Answer {
  status: number;
  ms: number;
}

/** Pause of a sender between two messages: the pace of the load, nothing waits for it. */
const PACE_MS = 700;

/** Every sender sends one message after the other, each once. */
function sendAll(
  cluster: Cluster,
  senders: { visitor: Visitor; link: MadeLink }[],
  endsAt: number,
): Promise<Answer[][]> {
  return Promise.all(
    senders.map(async ({ visitor, link }) => {
      const client = createBearerClient({ bases: cluster.gateways, token: visitor.token });
      const answers: Answer[] = [];
      do {
        const began = performance.now();
        const path = `/api/public/chat/${link.token}`;
        const { status } = await client.call("POST", path, { message: "still there?" }, { timeoutMs: 90_000 });
        answers.push({ status, ms: performance.now() - began });
        await delay(PACE_MS);
      } while (Date.now() < endsAt);
      return answers;
    }),
  );
}

const millisOf = (answers: Answer[]): number[] => answers.filter(({ status }) => status === 200).map(({ ms }) => ms);

/** A count or gauge without labels, of both gateways together. */
async function countOf({ children }: Cluster, name: string): Promise<number> {
  const gateways = children.filter(({ service }) => service === "gateway");
  const counts = await Promise.all(
    gateways.map(async ({ opsUrl }) => {
      const text = await (await fetch(`${opsUrl}/metrics`)).text();
      return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
