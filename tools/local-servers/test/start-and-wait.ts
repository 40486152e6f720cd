import { resolveStores } from "../src/index.js";

// Run as a process of its own by the crash tests: starts the stores, says so in one line, and stays until it is
// killed. SIGTERM stands for a program error: it ends without stopping anything.
process.on("SIGTERM", () => process.exit(1));
const [dataDir = "", mode = ""] = process.argv.slice(2);
const stores = await resolveStores({
  ...{ dataDir, env: process.env, mode: mode === "start" ? "start" : "test", report: () => undefined },
});
const pids = [stores.postgres.pid, stores.nats.pid, stores.redis?.pid];
process.stdout.write(`${JSON.stringify({ pids, url: stores.postgres.url })}\n`);
setInterval(() => undefined, 60_000);
