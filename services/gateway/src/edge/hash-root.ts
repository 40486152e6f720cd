import { setTimeout as delay } from "node:timers/promises";
import type { Bus } from "@parley/bus";
import { hashRoot } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import type { LifecyclePart } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";

/** A start waits for it this long; then the gateway goes on, and asks in the background until it is told. */
const WAIT_MS = 5_000;
const PAUSE_MS = 250;

/** Makes the hashes of a gateway of its own those of the installation: it has no database, so the links service tells it. */
export function askForHashRoot(deps: { bus: Bus; secrets: Secrets; logger: Logger }): LifecyclePart {
  const stopping = new AbortController();
  let told = false;
  let asking: Promise<void> = Promise.resolve();
  return {
    name: "hash-root",
    async start() {
      asking = ask(deps, stopping.signal).then((known) => {
        told = known;
      });
      await Promise.race([asking, delay(WAIT_MS, undefined, { ref: false })]);
    },
    // Under another SECRET_KEY its calls are refused, too: it is never told, and never ready.
    ready: async () => told || "not told yet: is links reachable, and SECRET_KEY that of the other services?",
    async stop() {
      stopping.abort();
      await asking;
    },
  };
}

/** Answers whether the hashes are those of the installation now. */
async function ask(
  { bus, secrets, logger }: Parameters<typeof askForHashRoot>[0],
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const told = await bus.call(hashRoot, {}, { signal }).catch(() => null);
    if (told !== null) {
      try {
        secrets.useHashRoot(told.sealed);
        return true;
      } catch (error) {
        logger.error({ err: error }, "keys.hash_root_unreadable");
        return false;
      }
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
