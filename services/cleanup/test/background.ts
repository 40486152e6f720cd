import type { Bus } from "@parley/bus";
import { createSecrets } from "@parley/secrets";

export const secrets = createSecrets("test-only-master-key-test-only-master-key");

/** What replicas of one test share: the bus of the process answers calls once, and these tests make none. */
export const background = (bus: Bus) => ({ secrets, bus: { ...bus, serve: () => undefined } });
