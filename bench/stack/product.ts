import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ROOT, type Running, startNode, waitUntilReady } from "./process.js";
import type { BenchStores } from "./stores.js";

export const SERVICES = ["links", "sessions", "agent-runner", "memory", "cleanup", "gateway"] as const;
export type Shape = "services" | "standalone";

export interface ProductOptions {
  shape: Shape;
  stores: Pick<BenchStores, "natsUrl" | "redisUrl">;
  databaseUrl: string;
  modelUrl: string;
  keys: { apiKey: string; secretKey: string };
  /** Folder for CPU profiles. */
  profileDir?: string | null;
  /** Which services; default one of each. */
  services?: readonly string[];
}

export interface Product {
  /** Base address of the first gateway. */
  base: string;
  /** Process ids by name. */
  pids: Record<string, number>;
  stop(): Promise<void>;
}

/** Settings of every process: limits far away, because the bench measures the counting and not the refusing. */
function environment(options: ProductOptions): Record<string, string> {
  return {
    DATABASE_URL: options.databaseUrl,
    NATS_URL: options.stores.natsUrl,
    REDIS_URL: options.stores.redisUrl,
    SECRET_KEY: options.keys.secretKey,
    ADMIN_API_KEY: options.keys.apiKey,
    OPENAI_BASE_URL: options.modelUrl,
    OPENAI_API_KEY: "bench",
    MODEL: "fake",
    HOST: "127.0.0.1",
    OPS_HOST: "127.0.0.1",
    NODE_ENV: "production",
    RATE_LIMIT_ADDRESS_PER_MINUTE: "10000000",
    RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: "1000000",
    MAX_STREAMS: "200000",
    MAX_STREAMS_PER_ADDRESS: "200000",
    MAX_CONNECTIONS_PER_ADDRESS: "200000",
  };
}

/** Starts the built product and waits until every process says that it is ready (unless `wait` is false). */
export async function startProduct(options: ProductOptions, wait = true): Promise<Product> {
  const env = environment(options);
  const names = options.shape === "standalone" ? ["standalone"] : (options.services ?? SERVICES);
  const ports = await Promise.all(names.map(async () => ({ port: await freePort(), ops: await freePort() })));
  const running: { process: Running; opsUrl: string }[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), "parley-bench-"));
  let base = "";
  for (const [index, name] of names.entries()) {
    const { port = 0, ops = 0 } = ports[index] ?? {};
    const public_ = name === "gateway" || name === "standalone";
    if (public_ && base === "") base = `http://127.0.0.1:${port}`;
    const profile = options.profileDir
      ? ["--cpu-prof", "--cpu-prof-dir", options.profileDir, "--cpu-prof-name", `${name}-${ops}.cpuprofile`]
      : [];
    const args = name === "standalone" ? ["--json", "--port", String(port), "--data", dataDir] : [];
    const process = startNode(name, [...profile, join(ROOT, "services", name, "dist/main.js"), ...args], {
      ...env,
      DEMO_WEEK: "off",
      OPS_PORT: String(ops),
      ...(name === "gateway" ? { PORT: String(port) } : {}),
    });
    running.push({ process, opsUrl: `http://127.0.0.1:${ops}/readyz` });
  }
  const stop = async (): Promise<void> => {
    // The gateway first: nobody is accepted any more while the others finish.
    for (const { process } of running.toReversed()) await process.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    if (wait) await Promise.all(running.map(({ process, opsUrl }) => waitUntilReady(opsUrl, process)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { base, pids: Object.fromEntries(running.map(({ process }) => [process.name, process.pid])), stop };
}
