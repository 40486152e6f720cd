import { setTimeout as delay } from "node:timers/promises";
import type { Bus } from "@parley/bus";
import { hashRoot } from "@parley/contracts";
import type { Logger } from "@parley/observability";
import type { LifecyclePart } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";

/** A start waits this long for the hash root; then the gateway continues, and asks in the background until it gets it. */
const WAIT_MS = 5_000;
const PAUSE_MS = 250;

/** Gives a standalone gateway the hash root of the installation: it has no database, so it asks the links service. */
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
    // With a different SECRET_KEY its calls are refused, too: it never gets the hash root and is never ready.
    ready: async () => told || "not told yet: is links reachable, and SECRET_KEY that of the other services?",
    async stop() {
      stopping.abort();
      await asking;
    },
  };
}

/** Returns whether the hash root is now that of the installation. */
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
