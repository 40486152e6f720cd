import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Job, JobResult } from "../load/jobs.js";
import { type CpuUse, cpuOf, used } from "../measure/cpu.js";
import { countFunctions } from "../measure/database.js";
import type { Figure } from "../measure/report.js";
import type { BenchOptions } from "../options.js";
import type { LoadGenerator } from "../stack/load-generator.js";
import { FROM_SOURCE, ROOT, type Running, startNode } from "../stack/process.js";
import { type Product, type ProductOptions, type Shape, startProduct } from "../stack/product.js";
import type { BenchStores } from "../stack/stores.js";
import { createTenant, type Tenant } from "../stack/tenant.js";

/** What every goal works with. */
export interface Bench {
  options: BenchOptions;
  stores: BenchStores;
  /** The product as six processes, and its database. */
  product: Product;
  databaseUrl: string;
  tenant: Tenant;
  modelUrl: string;
  load: LoadGenerator;
  keys: { apiKey: string; secretKey: string };
  report(line: string): void;
  /** More processes of the product on the same stores; default all six services on the same database. */
  start(more: Partial<ProductOptions> & { shape: Shape }, wait?: boolean): Promise<Product>;
  /** The one-process reference with its own database. */
  reference(modelCall: "lean" | "sdk"): Promise<{ base: string; process: Running }>;
  /** What has to happen when the bench ends, latest first. */
  undo(step: () => Promise<void>): void;
}

/** A goal: produces its lines of the table. Throws when nothing can be measured. */
export interface Goal {
  id: string;
  title: string;
  measure(bench: Bench): Promise<Figure[]>;
}

/** A run with errors is no result; whoever measures turns it into a failed figure. */
export class RunFailed extends Error {}

/** Runs a job and refuses results with errors. */
export async function cleanRun(load: LoadGenerator, job: Job): Promise<JobResult> {
  const result = await load.run(job);
  const errors = Object.entries(result.errors);
  if (errors.length > 0) throw new RunFailed(errors.map(([code, count]) => `${count} × ${code}`).join("; "));
  return result;
}

/** What the product does after an answer (facts, acknowledgements) belongs to the turn. */
const SETTLE_MS = 400;

/** CPU milliseconds of the groups during `work`, and its result. */
export async function withCpu<T>(
  groups: Record<string, number>,
  work: () => Promise<T>,
): Promise<{ result: T; cpu: CpuUse }> {
  const before = cpuOf(groups);
  const result = await work();
  await delay(SETTLE_MS);
  return { result, cpu: used(before, cpuOf(groups)) };
}

export async function createBench(
  base: Pick<Bench, "options" | "stores" | "modelUrl" | "load" | "report">,
): Promise<Bench & { stop(): Promise<void> }> {
  const { options, stores, modelUrl } = base;
  const keys = { apiKey: randomBytes(24).toString("base64url"), secretKey: randomBytes(32).toString("base64url") };
  const databaseUrl = await stores.database("bench");
  if (options.profileDir !== null) await countFunctions(stores.adminUrl, "bench");
  const referenceUrl = await stores.database("reference");
  const undo: (() => Promise<void>)[] = [];
  const start: Bench["start"] = async (more, wait = true) => {
    const product = await startProduct({ stores, databaseUrl, modelUrl, keys, ...more }, wait);
    undo.push(product.stop);
    return product;
  };
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const product = await start({ shape: "services", profileDir: options.profileDir });
    const tenant = await createTenant(product.base, keys.apiKey);
    const reference: Bench["reference"] = async (modelCall) => {
      const args = [...FROM_SOURCE, join(ROOT, "bench/reference/main.ts")];
      const env = {
        DATABASE_URL: referenceUrl,
        OPENAI_BASE_URL: modelUrl,
        MODEL_CALL: modelCall,
        NODE_ENV: "production",
      };
      const process = startNode(`reference-${modelCall}`, args, env);
      undo.push(process.stop);
      const { url } = (await process.firstJson()) as { url: string }; // Printed by our own program.
      return { base: url, process };
    };
    const later = (step: () => Promise<void>): void => void undo.push(step);
    return { ...base, keys, databaseUrl, product, tenant, start, reference, undo: later, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
