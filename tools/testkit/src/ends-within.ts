import { Worker } from "node:worker_threads";

const TICK_MS = 10;
/** A longer gap between two ticks means that the machine was stalled or busy. */
const MOST_OF_A_GAP_MS = 50;
const STARTED_MS = 30_000;

/**
 * Counts the nanoseconds in which the process ran, on a thread of its own: a blocked event loop of the test does not stop this count, so
 * only a standstill of the whole process is excluded. JavaScript as text, because a thread has no loader.
 */
const WATCH = `
const { workerData: { ranNs, tickMs, mostOfAGapMs } } = require("node:worker_threads");
const most = BigInt(mostOfAGapMs) * 1000000n;
let last = process.hrtime.bigint();
setInterval(() => {
  const now = process.hrtime.bigint();
  Atomics.add(ranNs, 0, now - last < most ? now - last : most);
  Atomics.notify(ranNs, 0);
  last = now;
}, tickMs);
`;

let watch: BigInt64Array | undefined;

/** Milliseconds in which this process ran since the first call; at most one tick behind. */
function ranMs(): number {
  watch ??= startWatch();
  return Number(Atomics.load(watch, 0)) / 1e6;
}

function startWatch(): BigInt64Array {
  const ranNs = new BigInt64Array(new SharedArrayBuffer(8));
  const workerData = { ranNs, tickMs: TICK_MS, mostOfAGapMs: MOST_OF_A_GAP_MS };
  new Worker(WATCH, { eval: true, workerData, execArgv: [], env: {} }).unref();
  if (Atomics.wait(ranNs, 0, 0n, STARTED_MS) === "timed-out") throw new Error("the thread that counts did not start");
  return ranNs;
}

/**
 * Runs `fn` and answers what it answers, when that takes no more than `ms` of the time in which this process ran. For promises
 * of a time: what waits too long fails, so does what blocks this process; a machine that stands still in between does not.
 *
 * @throws when it took longer; else what `fn` throws.
 */
export async function endsWithin<T>(ms: number, fn: () => Promise<T>): Promise<T> {
  const begun = ranMs();
  const value = await fn();
  const tookMs = ranMs() - begun;
  if (tookMs > ms) throw new Error(`took ${Math.round(tookMs)} ms instead of ${ms} ms at most`);
  return value;
}
