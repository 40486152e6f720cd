import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.js";

const BETWEEN_MS = 400;

/** Kills the named processes one after the other, each started again before the next dies, until it is told to stop. */
export function killInTurns(cluster: Cluster, names: readonly string[]): { stop(): Promise<number> } {
  const enough = new AbortController();
  const work = async (): Promise<number> => {
    let kills = 0;
    // At least one of each kind, however fast the traffic was.
    for (; kills < 2 || !enough.signal.aborted; kills += 1) {
      const child = cluster.child(names[kills % names.length] ?? "");
      await delay(BETWEEN_MS);
      await child.kill();
      child.start();
      await child.ready(60_000);
    }
    return kills;
  };
  const running = work();
  return {
    stop() {
      enough.abort();
      return running;
    },
  };
}
