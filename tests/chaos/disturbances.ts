import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Child } from "../cluster/child-process.js";
import { type Cluster, SERVICES } from "../cluster/cluster.js";
import { redisCommand } from "../cluster/redis-command.js";
import type { Plan } from "./plan.js";
import type { Random } from "./random.js";

/** The lease lasts five seconds. */
const FREEZE_MS = 7_500;

export interface Disturbances {
  /** What happened so far, by kind. */
  counts: Record<string, number>;
  readonly running: boolean;
  /** Resolves when the last one is over and everything runs again. */
  done: Promise<void>;
}

/**
 * Kills a process every few seconds and starts it again at once. In between, once each or as often as the plan says:
 * the NATS server and Redis are killed, the NATS store is wiped, PostgreSQL is stopped without warning.
 */
export function startDisturbances(cluster: Cluster, plan: Plan, random: Random): Disturbances {
  const counts: Record<string, number> = {};
  let running = true;
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const schedule = specials(cluster, plan);

  const work = async (): Promise<void> => {
    const restarts: Promise<void>[] = [];
    for (let n = 1; n <= plan.kills; n += 1) {
      await delay(plan.killEveryMs * (0.5 + random.next()));
      const special = schedule.get(n);
      if (special !== undefined) {
        count(special.name);
        await special.act();
      }
      // Every service gets its turn; which of its replicas is chance.
      const service = SERVICES[n % SERVICES.length];
      const child = random.pick(cluster.children.filter((candidate) => candidate.service === service));
      count(child.service);
      await child.kill();
      child.start();
      // It may well be killed again before it is ready.
      restarts.push(child.ready(60_000).catch(() => undefined));
    }
    await Promise.all(restarts);
    for (const child of cluster.children) {
      if (!child.running) child.start();
      await child.ready(60_000);
    }
  };
  const done = work().finally(() => {
    running = false;
  });
  return {
    counts,
    get running() {
      return running;
    },
    done,
  };
}

interface Special {
  name: string;
  act(): Promise<void>;
}

/** Half as long again as the lease; the others continue meanwhile. Killing the frozen one is as good an end as any. */
function freezeForAWhile(child: Child): void {
  child.freeze();
  setTimeout(() => child.thaw(), FREEZE_MS);
}

/** Which special disturbance comes before which kill: spread evenly, in a fixed order. */
function specials({ nats, redis, postgres, child }: Cluster, plan: Plan): Map<number, Special> {
  const list: Special[] = [
    { name: "nats killed", act: () => nats.kill().then(() => nats.restart()) },
    { name: "redis killed", act: () => redis.kill().then(() => redis.restart()) },
    { name: "redis flushed", act: async () => void (await redisCommand(redis.url, "FLUSHALL")) },
  ];
  const store = join(nats.data, "jetstream");
  const copy = join(nats.data, "jetstream-before");
  for (let n = 0; n < plan.natsRollbacks; n += 1) {
    list.push({
      name: "nats store copied",
      async act() {
        await nats.stop();
        rmSync(copy, { recursive: true, force: true });
        cpSync(store, copy, { recursive: true });
        await nats.restart();
      },
    });
    // What was acknowledged since is there again, what was stored since is gone.
    list.push({
      name: "nats store put back",
      async act() {
        await nats.kill();
        rmSync(store, { recursive: true, force: true });
        cpSync(copy, store, { recursive: true });
        await nats.restart();
      },
    });
  }
  for (let n = 0; n < plan.natsWipes; n += 1) {
    list.push({
      name: "nats store wiped",
      async act() {
        await nats.kill();
        rmSync(store, { recursive: true, force: true });
        await nats.restart();
      },
    });
  }
  for (let n = 0; n < plan.postgresStops && postgres !== null; n += 1) {
    list.push({ name: "postgres killed", act: () => postgres.kill().then(() => postgres.restart()) });
  }
  for (let n = 0; n < plan.freezes; n += 1) {
    list.splice(n * 2, 0, {
      name: "runner frozen",
      act: async () => freezeForAWhile(child(`agent-runner-${1 + (n % 2)}`)),
    });
  }
  const step = plan.kills / (list.length + 1);
  return new Map(list.map((special, index) => [Math.max(1, Math.round(step * (index + 1))), special]));
}
