import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FanOutJob, Target } from "../load/jobs.js";
import { residentBytes } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { FROM_SOURCE, ROOT, startNode } from "../stack/process.js";
import type { Visitor } from "../stack/tenant.js";
import { type Bench, cleanRun, type Goal } from "./context.js";

/** A gateway lets one session have 20 streams. */
const PER_SESSION = 20;
const FAN_OUT_SESSIONS = 10;
/** Redis channel of a session's live entries. */
const channelOf = (sessionId: string): string => `parley:live:${sessionId}`;

const readerTarget = (base: string, { linkToken, sessionToken }: Visitor): Target => ({
  url: `${base}/api/public/events/${linkToken}`,
  method: "GET",
  headers: { authorization: `Bearer ${sessionToken}`, accept: "text/event-stream" },
  bodies: [],
});

/** The same session as a socket of the widget channel. */
async function socketTarget(base: string, { linkToken, sessionToken }: Visitor): Promise<Target> {
  const headers = { authorization: `Bearer ${sessionToken}` };
  const answer = await fetch(`${base}/chat/conversations`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ link: linkToken }),
  });
  // Our own server's answer.
  const { conversation_id: id, user_id: user } = (await answer.json()) as Record<string, string>;
  return { url: `${base.replace("http:", "ws:")}/ws/chat/${id}/${user}`, method: "GET", headers, bodies: [] };
}

/** Kilobytes per idle socket, in a process that never held any. */
async function socketMemory({ start, load }: Bench, visitors: Visitor[]): Promise<number> {
  const gateway = await start({ shape: "services", services: ["gateway"] });
  const pid = gateway.pids.gateway ?? 0;
  const targets: Target[] = [];
  for (const visitor of visitors) targets.push(await socketTarget(gateway.base, visitor));
  await cleanRun(load, { type: "readers", targets: targets.slice(0, 2), each: PER_SESSION });
  await load.run({ type: "drop" });
  await delay(1_000);
  const before = residentBytes(pid);
  await cleanRun(load, { type: "readers", targets, each: PER_SESSION });
  await delay(2_000);
  const each = (residentBytes(pid) - before) / 1_024 / (targets.length * PER_SESSION);
  await load.run({ type: "drop" });
  await gateway.stop();
  return each;
}

/** G6: memory of an idle event stream, and how fast one delta reaches many readers. */
export const connections: Goal = {
  id: "G6",
  title: "event streams",
  async measure(bench) {
    const { options, tenant, load, report, stores } = bench;
    const visitors = await tenant.visitors(Math.ceil(options.streams / PER_SESSION));
    const streams = visitors.length * PER_SESSION;
    const speakers = visitors.slice(0, FAN_OUT_SESSIONS);
    const channels = speakers.map(({ sessionId }) => channelOf(sessionId));
    const memory: Figure = {
      goal: "G6",
      what: `resident memory per idle stream, ${streams} on one gateway`,
      unit: "kB",
      values: [],
      gate: 18,
      stretch: 12,
      note: "0 failed",
    };
    const sockets: Figure = {
      goal: "G6",
      what: `resident memory per idle socket, ${streams} on one gateway`,
      unit: "kB",
      values: [],
      gate: 18,
      stretch: 12,
      note: "0 failed",
    };
    const ratio: Figure = {
      goal: "G6",
      what: `fan-out p99 to ${PER_SESSION} readers each of ${channels.length} sessions / bare node:http`,
      unit: "×",
      values: [],
      gate: 2,
      stretch: 1.2,
    };
    const job: FanOutJob = {
      type: "fanout",
      redisUrl: stores.redisUrl,
      channels,
      rounds: options.quick ? 20 : 60,
      readersPerChannel: PER_SESSION,
      pauseMs: 50,
    };
    const floor = startNode("fan-out", [...FROM_SOURCE, join(ROOT, "bench/reference/fan-out.ts")], {
      REDIS_URL: stores.redisUrl,
    });
    try {
      const { url } = (await floor.firstJson()) as { url: string }; // Printed by our own program.
      for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
        // A process that never held streams, so that memory is not taken from an earlier repetition.
        const gateway = await bench.start({ shape: "services", services: ["gateway"] });
        const pid = gateway.pids.gateway ?? 0;
        const open = (some: Visitor[]) =>
          cleanRun(load, {
            type: "readers",
            targets: some.map((visitor) => readerTarget(gateway.base, visitor)),
            each: PER_SESSION,
          });
        await open(speakers.slice(0, 2));
        await load.run({ type: "drop" });
        await delay(1_000);
        const before = residentBytes(pid);
        await open(visitors);
        await delay(2_000);
        memory.values.push((residentBytes(pid) - before) / 1_024 / streams);
        const { times: ours } = await cleanRun(load, job);
        await load.run({ type: "drop" });
        await gateway.stop();
        const targets = channels.map((channel) => ({
          url: `${url}/${encodeURIComponent(channel)}`,
          method: "GET" as const,
          headers: {},
          bodies: [],
        }));
        await cleanRun(load, { type: "readers", targets, each: PER_SESSION });
        const { times: theirs } = await cleanRun(load, job);
        await load.run({ type: "drop" });
        ratio.values.push(quantile(ours, 0.99) / quantile(theirs, 0.99));
        ratio.note = `${quantile(ours, 0.99).toFixed(1)} ms against ${quantile(theirs, 0.99).toFixed(1)} ms`;
        sockets.values.push(await socketMemory(bench, visitors));
        const [stream, socket] = [memory, sockets].map(({ values }) => (values.at(-1) ?? 0).toFixed(1));
        report(`  ${stream} kB a stream, ${socket} kB a socket; ${ratio.note}`);
      }
    } finally {
      await floor.stop();
    }
    return [memory, sockets, ratio];
  },
};
