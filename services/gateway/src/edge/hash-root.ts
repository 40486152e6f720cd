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
  let asking: Promise<void> = Promise.resolve();
  return {
    name: "hash-root",
    async start() {
      asking = ask(deps, stopping.signal);
      await Promise.race([asking, delay(WAIT_MS, undefined, { ref: false })]);
    },
    async stop() {
      stopping.abort();
      await asking;
    },
  };
}

async function ask({ bus, secrets, logger }: Parameters<typeof askForHashRoot>[0], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const told = await bus.call(hashRoot, {}, { signal }).catch(() => null);
    if (told !== null) {
      try {
        secrets.useHashRoot(told.sealed);
      } catch (error) {
        logger.error({ err: error }, "keys.hash_root_unreadable");
      }
      return;
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
