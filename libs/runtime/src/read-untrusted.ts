import { writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { AppError } from "@parley/contracts";

const WATCH_MS = 20;
/** Runs in parallel to the reading, which may block its own thread. Plain JavaScript, so that it needs no loader. */
const WATCH = `
const { workerData: { timeoutMs, wallMs, memoryBytes, everyMs } } = require("node:worker_threads");
setInterval(() => {
  const { user, system } = process.cpuUsage();
  const late = (user + system) / 1_000 > timeoutMs || process.uptime() * 1_000 > wallMs;
  if (late || process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, "SIGKILL");
}, everyMs);`;

/**
 * The whole work of a process that `createUntrustedReader` starts: reads the input to its end, passes it to `read` with the arguments,
 * and writes the result, which must be JSON. AppErrors of `read` are passed on; anything else counts as `internal`.
 */
export async function readUntrusted(read: (input: Buffer, args: string[]) => Promise<unknown>): Promise<void> {
  const [timeoutMs, wallMs, memoryBytes, ...args] = process.argv.slice(2);
  const limits = { timeoutMs: Number(timeoutMs), wallMs: Number(wallMs), memoryBytes: Number(memoryBytes) };
  const workerData = { ...limits, everyMs: WATCH_MS };
  new Worker(WATCH, { eval: true, workerData, execArgv: [], stdout: true, stderr: true }).unref();
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // When memory runs out, Linux kills this process and not the service.
  await writeFile("/proc/self/oom_score_adj", "1000").catch(() => undefined);
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(Buffer.from(piece));
  const answer = await read(Buffer.concat(pieces), args).then((value) => ({ value }), failed);
  process.stdout.end(JSON.stringify(answer), () => process.exit(0));
}

function failed(error: unknown): { error: { code: string; errors?: unknown } } {
  if (!(error instanceof AppError)) return { error: { code: "internal" } };
  return { error: { code: error.code, ...(error.errors === undefined ? {} : { errors: error.errors }) } };
}
