import { setTimeout as delay } from "node:timers/promises";
import type { ModelCall, ModelFault } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { redisCommand } from "../cluster/redis-command.js";
import type { CutPlan, CutTimes } from "./cut-reader.js";
import { quantileOf, startCutReaders } from "./cut-readers.js";
import { newVisitor, type Visitor } from "./visitor.js";

const full = process.env.STREAMS_FULL === "1";
/** Readers of one session read at two gateways, each of which allows twenty. */
const PLAN = full
  ? { sessions: 200, readers: 10, forMs: 120_000, pauseMs: 5_000, killEveryMs: 15_000, deadlineMs: 600_000 }
  : { sessions: 20, readers: 10, forMs: 15_000, pauseMs: 1_000, killEveryMs: 6_000, deadlineMs: 240_000 };
const FLUSH_EVERY_MS = 4_000;
const END_MS = 90_000;
const MORE_MS = 60_000;
/** One address opens a hundred sessions of a link per minute. */
const SESSIONS_PER_LINK = 50;
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: "10000000",
  MAX_STREAMS_PER_ADDRESS: "200000",
  MAX_CONNECTIONS_PER_ADDRESS: "200000",
  MAX_REQUESTS_IN_FLIGHT: "20000",
};
const LINK = {
  max_sessions: 10_000,
  rate_limit_per_minute: 100,
  max_messages_per_session: 1_000,
  proof_of_work: "off",
};

describe("streams that are cut repeatedly", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let links: MadeLink[];
  beforeAll(async () => {
    const faults = ({ n }: ModelCall): ModelFault | null => (n % 3 === 0 ? { type: "slow", tokenDelayMs: 30 } : null);
    cluster = await startCluster({ shape: "distributed", model: { faults }, env: LIMITS });
    tenant = await createTenant(cluster, "Streams");
    await importAgent(tenant, "echo", ECHO);
    links = await inTens(Math.ceil(PLAN.sessions / SESSIONS_PER_LINK), () => createLink(tenant, "echo", LINK));
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  it(
    "tell every reader exactly what is stored, once, through killed gateways and an emptied Redis",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const linkOf = (n: number): MadeLink => required(links[Math.floor(n / SESSIONS_PER_LINK)]);
      const visitors = await inTens(PLAN.sessions, (n) => newVisitor(cluster, linkOf(n)));
      const readers = startCutReaders();
      onTestFinished(() => readers.stop());
      readers.start(visitors.flatMap((visitor, session) => plansOf(cluster, linkOf(session), { visitor, session })));
      const endsAt = Date.now() + PLAN.forMs;
      const counts = { kills: 0, flushes: 0, turns: 0, failed: 0 };
      const answered = await Promise.all([
        Promise.all(visitors.map((visitor, number) => talk(visitor, { number, endsAt, counts }))),
        killGateways(cluster, endsAt, counts),
        flush(cluster, endsAt, counts),
      ]).then(([each]) => each);
      readers.keep();
      const stored = await inTens(visitors.length, (n) => visitors[n]?.history() ?? Promise.reject(new Error()));
      await inTens(visitors.length, (n) => end(tenant, visitors[n]?.sessionId ?? ""));
      const deadline = Date.now() + END_MS;
      const expected = PLAN.sessions * PLAN.readers;
      while ((await readers.progress()).ended < expected && Date.now() < deadline) await delay(500);
      const { told, times, cpuMs } = await readers.report();

      const findings = { readers: told.length, ended: 0, differs: 0, repeated: 0, resets: 0, cuts: 0, refused: 0 };
      for (const reader of told) {
        const wanted = (stored[reader.session] ?? []).map(({ role, content }) => `${role}: ${content}`);
        if (reader.ended) findings.ended += 1;
        if (JSON.stringify(reader.messages) !== JSON.stringify(wanted)) findings.differs += 1;
        for (const name of ["repeated", "resets", "cuts", "refused"] as const) findings[name] += reader[name];
      }
      const figures = { ...findings, ...counts, fewestAnswered: Math.min(...answered), ...timesOf(times, cpuMs) };
      process.stdout.write(`\n${JSON.stringify(figures)}\n`);
      expect(findings).toMatchObject({ readers: expected, ended: expected, differs: 0, repeated: 0, resets: 0 });
      expect(findings.cuts).toBeGreaterThan(findings.readers * 2);
      expect(counts.kills).toBeGreaterThanOrEqual(2);
      expect(counts.turns).toBeGreaterThan(PLAN.sessions);
      // Every text that was compared holds at least one whole turn: a word that was never said could not be lost.
      expect(Math.min(...answered)).toBeGreaterThanOrEqual(1);
    },
    PLAN.deadlineMs,
  );
});

const CUT_MS: [number, number] = [75, 225];
const PAUSE_MS: [number, number] = [20, 50];

function plansOf(
  { gateways }: Cluster,
  { token: linkToken }: MadeLink,
  { visitor, session }: { visitor: Visitor; session: number },
): CutPlan[] {
  const urls = gateways.map((base) => `${base}/api/public/events/${linkToken}`);
  const plan = { session, urls, token: visitor.token, cutMs: CUT_MS, pauseMs: PAUSE_MS };
  return Array.from({ length: PLAN.readers }, () => plan);
}

/**
 * Says something again and again, on a machine at its limit until it was answered at least once; answers how often it was. A turn that
 * failed must be told to its readers like any other, and counts for nothing.
 */
async function talk(
  visitor: Visitor,
  { number, endsAt, counts }: { number: number; endsAt: number; counts: { turns: number; failed: number } },
): Promise<number> {
  let answered = 0;
  for (let n = 1; Date.now() < (answered === 0 ? endsAt + MORE_MS : endsAt); n += 1) {
    const text = `v${number} m${n} ${"word ".repeat(10)}end`;
    counts.turns += 1;
    const answer = await visitor.say(text).catch(() => null);
    if (answer === null) counts.failed += 1;
    else {
      expect(answer).toBe(`echo(${text})`);
      answered += 1;
    }
    await delay(PLAN.pauseMs * (1 + Math.random() * 2));
  }
  return answered;
}

/** How the connections lived, in milliseconds: 10th, 50th, 99th percentile. */
function timesOf({ held, opened }: CutTimes, cpuMs: number): Record<string, unknown> {
  const percentiles = (values: number[]): number[] => [0.1, 0.5, 0.99].map((q) => quantileOf(values, q));
  return { cutAfterMs: percentiles(held), openedAfterMs: percentiles(opened), readersCpuMs: Math.round(cpuMs) };
}

/** One gateway after the other: readers of the dead one continue at the living one. */
async function killGateways(cluster: Cluster, endsAt: number, counts: { kills: number }): Promise<void> {
  // Both, also on a machine that takes long to start one again.
  while (Date.now() < endsAt || counts.kills < 2) {
    await delay(PLAN.killEveryMs / 2);
    const child = cluster.child(`gateway-${(counts.kills % 2) + 1}`);
    await child.kill();
    counts.kills += 1;
    child.start();
    await child.ready();
    await delay(PLAN.killEveryMs / 2);
  }
}

async function flush(cluster: Cluster, endsAt: number, counts: { flushes: number }): Promise<void> {
  while (Date.now() < endsAt) {
    await delay(FLUSH_EVERY_MS);
    await redisCommand(cluster.redis.url, "FLUSHALL");
    counts.flushes += 1;
  }
}

async function end({ signed }: Tenant, sessionId: string): Promise<void> {
  const answer = await signed.call("DELETE", `/api/chat/sessions/${sessionId}`);
  if (answer.status !== 200) throw new Error(`not ended: ${answer.status} ${answer.text}`);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is no such thing");
  return value;
}

async function inTens<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += 10)
    made.push(...(await Promise.all(Array.from({ length: Math.min(10, count - from) }, (_, n) => make(from + n)))));
  return made;
}
