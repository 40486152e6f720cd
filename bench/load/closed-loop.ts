import { setTimeout as delay } from "node:timers/promises";
import { eachEvent, open, textOf } from "./http.js";
import { emptyResult, type JobResult, type PacedJob, type RequestsJob, type StreamsJob, type Target } from "./jobs.js";

const micros = (): number => Number(process.hrtime.bigint() / 1_000n);

/** Runs `one` on targets that rest, oldest first, `concurrency` at a time. Errors are counted, never thrown. */
async function loop(
  job: { targets: Target[]; count: number; concurrency: number },
  one: (target: Target, result: JobResult) => Promise<void>,
): Promise<JobResult> {
  const result = emptyResult();
  const resting = [...job.targets];
  const workers = Math.min(job.concurrency, job.targets.length);
  let left = job.count;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const target = resting.shift();
      if (target === undefined) throw new Error("more requests at once than targets");
      await counted(target, result, one);
      // A run with errors is no result, so there is nothing to wait for.
      if (Object.keys(result.errors).length > 0) left = 0;
      resting.push(target);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  result.wallMs = performance.now() - startedAt;
  return result;
}

async function counted(
  target: Target,
  result: JobResult,
  one: (target: Target, result: JobResult) => Promise<void>,
): Promise<void> {
  try {
    await one(target, result);
    result.ok += 1;
  } catch (error) {
    const code = error instanceof Error ? error.message.slice(0, 200) : "unknown";
    result.errors[code] = (result.errors[code] ?? 0) + 1;
  }
}

/** One request and its whole answer. Throws with the status and the beginning of the answer. */
async function exchange(target: Target, expect: number): Promise<number> {
  const startedAt = performance.now();
  const { response } = await open(target);
  const text = await textOf(response);
  if (response.statusCode !== expect) throw new Error(`${response.statusCode} ${text.slice(0, 120)}`);
  return performance.now() - startedAt;
}

export const runRequests = (job: RequestsJob): Promise<JobResult> =>
  loop(job, async (target, result) => {
    result.times.push(await exchange(target, job.expect));
  });

/** Streams an answer to its end and notes how old each token is when it arrives. */
export const runStreams = (job: StreamsJob): Promise<JobResult> =>
  loop(job, async (target, result) => {
    const { response } = await open(target);
    if (response.statusCode !== 200) throw new Error(`${response.statusCode}`);
    let closed = false;
    await eachEvent(response, (event, data) => {
      const now = micros();
      if (event === "turn") closed = true;
      if (event !== "message.delta") return;
      // Test equipment: both ends are ours.
      const { text = "" } = JSON.parse(data) as { text?: string };
      for (const stamp of text.split(";")) if (/^\d+$/.test(stamp)) result.times.push((now - Number(stamp)) / 1_000);
    });
    if (!closed) throw new Error("the stream ended without a turn");
  });

export async function runPaced(job: PacedJob): Promise<JobResult> {
  const result = emptyResult();
  const resting = [...job.targets];
  const startedAt = performance.now();
  const under: Promise<void>[] = [];
  const count = Math.round(job.perSecond * job.seconds);
  for (let n = 0; n < count; n += 1) {
    const early = startedAt + (n * 1_000) / job.perSecond - performance.now();
    if (early > 0) await delay(early);
    const target = resting.shift();
    if (target === undefined) {
      result.errors["no session was free"] = (result.errors["no session was free"] ?? 0) + 1;
      continue;
    }
    const run = counted(target, result, async () => {
      result.times.push(await exchange(target, job.expect));
    }).finally(() => void resting.push(target));
    under.push(run);
  }
  await Promise.all(under);
  result.wallMs = performance.now() - startedAt;
  return result;
}
