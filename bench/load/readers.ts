import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { WebSocket } from "ws";
import { eachEvent, open } from "./http.js";
import { emptyResult, type FanOutJob, type JobResult, type ReadersJob, type Target } from "./jobs.js";

const micros = (): number => Number(process.hrtime.bigint() / 1_000n);
const held: { destroy(): void }[] = [];
/** Where arriving stamps are noted while a fan-out runs. */
let arrivals: number[] | null = null;
const STAMP = /~(\d+)~/;
const OPEN_AT_ONCE = 64;
const PATIENCE_MS = 120_000;

const note = (data: string): void => {
  const stamp = STAMP.exec(data)?.[1];
  if (stamp !== undefined) arrivals?.push((micros() - Number(stamp)) / 1_000);
};

async function openStream(target: Target): Promise<void> {
  const { response, request } = await open(target);
  request.setTimeout(0);
  held.push(request);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}`);
  eachEvent(response, (_event, data) => note(data)).catch(() => undefined);
}

/** A socket is open when it has said that it follows the session. */
async function openSocket({ url, headers }: Target): Promise<void> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 });
  held.push({ destroy: () => socket.terminate() });
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.once("close", (code) => reject(new Error(`${code}`)));
    socket.on("message", (data) => {
      resolve();
      note(String(data));
    });
  });
}

/** Opens streams (`http:`) or sockets (`ws:`) and holds them. One that does not open within its time is an error. */
export async function openReaders(job: ReadersJob): Promise<JobResult> {
  const result = emptyResult();
  const startedAt = performance.now();
  const waiting = job.targets.flatMap((target) => Array.from({ length: job.each }, () => target));
  const worker = async (): Promise<void> => {
    for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
      try {
        await (target.url.startsWith("ws:") ? openSocket(target) : openStream(target));
        result.ok += 1;
      } catch (error) {
        const code = error instanceof Error ? error.message : "unknown";
        // It asks readers to come a little later while it is behind; they do.
        if (/\b503$/.test(code) && performance.now() - startedAt < PATIENCE_MS) {
          waiting.unshift(target);
          await delay(200);
          continue;
        }
        result.errors[code] = (result.errors[code] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, worker));
  result.wallMs = performance.now() - startedAt;
  return result;
}

/** Publishes one delta to each channel per round, as a runner does, and waits for every reader. */
export async function fanOut(job: FanOutJob): Promise<JobResult> {
  const result = emptyResult();
  const redis = new Redis(job.redisUrl);
  arrivals = [];
  const noted = arrivals;
  let at = 0;
  const startedAt = performance.now();
  try {
    for (let round = 0; round < job.rounds; round += 1) {
      for (const channel of job.channels) {
        const text = `~${micros()}~`;
        const delta = { type: "delta", turn_id: "bench.1", attempt: 1, part: 0, at, text };
        await redis.publish(channel, JSON.stringify([delta]));
      }
      // Texts have one length, so the next one begins where this one ended.
      at += `~${micros()}~`.length;
      await delay(job.pauseMs);
    }
    const expected = job.rounds * job.channels.length * job.readersPerChannel;
    const deadline = Date.now() + 10_000;
    while (noted.length < expected && Date.now() < deadline) await delay(20);
    result.ok = noted.length;
    if (noted.length < expected) result.errors["delta did not arrive"] = expected - noted.length;
  } finally {
    arrivals = null;
    redis.disconnect();
  }
  result.times = noted;
  result.wallMs = performance.now() - startedAt;
  return result;
}

export function dropReaders(): JobResult {
  for (const reader of held.splice(0)) reader.destroy();
  return emptyResult();
}
