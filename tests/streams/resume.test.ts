import { setTimeout as delay } from "node:timers/promises";
import type { ModelCall, ModelFault } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { redisCommand } from "../cluster/redis-command.js";
import { type CutReader, startCutReader } from "./reader.js";
import { newVisitor, type Visitor } from "./visitor.js";

const full = process.env.STREAMS_FULL === "1";
/** Readers of one session read at two gateways, each of which allows twenty. */
const PLAN = full
  ? { sessions: 200, readers: 10, forMs: 60_000, killEveryMs: 12_000, deadlineMs: 600_000 }
  : { sessions: 20, readers: 10, forMs: 15_000, killEveryMs: 6_000, deadlineMs: 120_000 };
const FLUSH_EVERY_MS = 4_000;
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: "10000000",
  MAX_STREAMS_PER_ADDRESS: "200000",
  MAX_REQUESTS_IN_FLIGHT: "20000",
};
const LINK = {
  max_sessions: 10_000,
  rate_limit_per_minute: 100,
  max_messages_per_session: 1_000,
  proof_of_work: "off",
};

describe("streams that are cut all the time", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let link: MadeLink;
  beforeAll(async () => {
    const faults = ({ n }: ModelCall): ModelFault | null => (n % 3 === 0 ? { type: "slow", tokenDelayMs: 30 } : null);
    cluster = await startCluster({ shape: "distributed", model: { faults }, env: LIMITS });
    tenant = await createTenant(cluster, "Streams");
    await importAgent(tenant, "echo", ECHO);
    link = await createLink(tenant, "echo", LINK);
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  it(
    "tell every reader exactly what is stored, once, through killed gateways and an emptied Redis",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const visitors = await inTens(PLAN.sessions, () => newVisitor(cluster, link));
      const readers = visitors.map((visitor) =>
        Array.from({ length: PLAN.readers }, () =>
          startCutReader(
            () => visitor.stream(),
            () => 75 + Math.random() * 150,
          ),
        ),
      );
      const endsAt = Date.now() + PLAN.forMs;
      const counts = { kills: 0, flushes: 0, turns: 0, failed: 0 };
      await Promise.all([
        ...visitors.map((visitor, number) => talk(visitor, { number, endsAt, counts })),
        killGateways(cluster, endsAt, counts),
        flush(cluster, endsAt, counts),
      ]);
      for (const reader of readers.flat()) reader.keep();
      const stored = await inTens(visitors.length, (n) => visitors[n]?.history() ?? Promise.reject(new Error()));
      await inTens(visitors.length, (n) => end(tenant, visitors[n]?.sessionId ?? ""));
      await Promise.race([Promise.all(readers.flat().map(({ ended }) => ended)), delay(60_000)]);
      for (const reader of readers.flat()) reader.stop();

      const findings = { readers: 0, differs: 0, repeated: 0, resets: 0, cuts: 0 };
      for (const [n, ofSession] of readers.entries())
        for (const reader of ofSession) {
          const expected = (stored[n] ?? []).map(({ role, content }) => `${role}: ${content}`);
          findings.readers += 1;
          findings.cuts += reader.cuts;
          findings.resets += reader.resets;
          findings.repeated += repeated(reader);
          if (JSON.stringify(textOf(reader)) !== JSON.stringify(expected)) findings.differs += 1;
        }
      process.stdout.write(`\n${JSON.stringify({ ...findings, ...counts })}\n`);
      expect(findings).toMatchObject({
        readers: PLAN.sessions * PLAN.readers,
        ...{ differs: 0, repeated: 0, resets: 0 },
      });
      expect(findings.cuts).toBeGreaterThan(findings.readers * 2);
      expect(counts.kills).toBeGreaterThanOrEqual(2);
      expect(counts.turns).toBeGreaterThan(PLAN.sessions);
    },
    PLAN.deadlineMs,
  );
});

async function talk(
  visitor: Visitor,
  { number, endsAt, counts }: { number: number; endsAt: number; counts: { turns: number; failed: number } },
): Promise<void> {
  for (let n = 1; Date.now() < endsAt; n += 1) {
    const text = `v${number} m${n} ${"word ".repeat(10)}end`;
    // A turn may fail on a machine at its limit: its reader must then be told that, and nothing else.
    const answer = await visitor.say(text).catch(() => null);
    if (answer === null) counts.failed += 1;
    else expect(answer).toBe(`echo(${text})`);
    counts.turns += 1;
    await delay(1_000 + Math.random() * 2_000);
  }
}

/** One gateway after the other: readers of the dead one go on at the living one. */
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

const textOf = (reader: CutReader): string[] =>
  reader.events
    .filter(({ event }) => event === "message")
    .map(({ data }) => `${String(data.role)}: ${String(data.content)}`);

/** Events that came again, or out of their order. */
function repeated(reader: CutReader): number {
  const offsets = reader.events.map(({ id }) => Number(id?.split("-")[1]));
  return offsets.filter((offset, n) => n > 0 && offset <= (offsets[n - 1] ?? 0)).length;
}

async function inTens<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += 10)
    made.push(...(await Promise.all(Array.from({ length: Math.min(10, count - from) }, (_, n) => make(from + n)))));
  return made;
}
