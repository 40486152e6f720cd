import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startModelServer } from "./model-server.js";

/**
 * The model server as a separate process: `node --conditions=parley-source --import tsx model-server-main.ts [--port N] [--record]
 * [--token-delay-ms N]`. Prints one line of JSON (`{"url": …}`) once it listens.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    record: { type: "boolean", default: false },
    "token-delay-ms": { type: "string", default: "0" },
  },
});
const tokenDelayMs = Number(values["token-delay-ms"]);
const server = await startModelServer({
  port: Number(values.port),
  record: values.record,
  faults: tokenDelayMs > 0 ? { type: "slow", tokenDelayMs } : null,
});
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);

const stop = async (): Promise<void> => {
  await Promise.race([server.close(), delay(1_000)]);
  process.exit(0);
};
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
