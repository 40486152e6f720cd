import { setTimeout as delay } from "node:timers/promises";
import type { Target } from "../load/jobs.js";
import { databaseUse, formatDatabaseUse } from "../measure/database.js";
import type { Figure } from "../measure/report.js";
import { startPeers } from "../stack/peers.js";
import { createTenant, visitorTarget } from "../stack/tenant.js";
import type { Bench, Goal } from "./context.js";
import { against, both, breakdown, measureSides, type Side, side } from "./turns-of-sides.js";

/** A link lets one session send 100 messages a minute: enough sessions for every repetition. */
const SESSIONS = 240;
/** Until here compilers and plans still change what a turn costs. */
const WARM_UP_TURNS = 5_000;
const BUSY = 32;
const QUIET = 4;

/** Sessions of the reference are made once and shared by its goals. */
export async function referenceTargets(
  base: string,
  count: number,
  more: { text?: string; stream?: boolean } = {},
): Promise<Target[]> {
  await fetch(`${base}/sessions/${count}`, { method: "POST" });
  return Array.from({ length: count }, (_, index) => ({
    url: `${base}/chat/${index + 1}`,
    method: "POST" as const,
    headers: {
      authorization: `Bearer reference-${index + 1}`,
      ...(more.stream ? { accept: "text/event-stream" } : {}),
    },
    bodies: [JSON.stringify({ message: more.text ?? "please move on, number {n}" })],
  }));
}

async function referenceSide(bench: Bench, name: string, modelCall: "lean" | "sdk"): Promise<Side> {
  const { base, process } = await bench.reference(modelCall);
  const groups = { reference: process.pid, postgres: bench.stores.pids.postgres };
  return side(name, await referenceTargets(base, SESSIONS), groups);
}

async function standaloneSide(bench: Bench): Promise<Side> {
  const { stores } = bench;
  const ownNats = await stores.anotherNats();
  const standalone = await bench.start({
    shape: "standalone",
    databaseUrl: await stores.database("standalone"),
    stores: { ...stores, natsUrl: ownNats.url },
  });
  const tenant = await createTenant(standalone.base, bench.keys.apiKey);
  const targets = (await tenant.visitors(SESSIONS)).map((visitor) => visitorTarget(standalone.base, visitor));
  return side("one process", targets, { ...standalone.pids, ...stores.pids, nats: ownNats.pid });
}

export const costOfATurn: Goal = {
  id: "G1,G2",
  title: "CPU per durable turn",
  async measure(bench) {
    const { options, stores, product, tenant } = bench;
    const turns = options.quick ? 1_500 : 2_500;
    const visitors = (await tenant.visitors(SESSIONS)).map((visitor) => visitorTarget(product.base, visitor));
    const services = side("six services", visitors, { ...product.pids, ...stores.pids });
    const standalone = await standaloneSide(bench);
    const lean = await referenceSide(bench, "reference", "lean");
    const twin = await referenceSide(bench, "reference again", "lean");
    const sdk = await referenceSide(bench, "with the SDK", "sdk");
    const { peers, missing } = await startPeers(bench);
    const sides = [services, standalone, lean, twin, sdk, ...peers.map(({ side: one }) => one)];
    const rounds = async (concurrency: number, repetitions: number): Promise<Side[]> => {
      const fresh = sides.map(({ name, targets, groups }) => side(name, targets, groups));
      for (let round = 0; round < repetitions; round += 1) {
        await measureSides(bench, fresh, { turns, concurrency, round });
      }
      bench.report(breakdown(fresh, concurrency));
      return fresh;
    };
    const warmUp = { turns: options.quick ? turns : WARM_UP_TURNS, concurrency: BUSY, round: 0 };
    await measureSides(
      bench,
      sides.map(({ name, targets, groups }) => side(name, targets, groups)),
      warmUp,
    );
    if (options.profileDir !== null) await profileDatabase(bench, services, turns);
    const figures = [
      ...figuresOf(await rounds(BUSY, options.repetitions), BUSY, peers),
      ...figuresOf(await rounds(QUIET, options.repetitions), QUIET, peers),
      ...missing.map(({ name, why }): Figure => ({ goal: "G2", what: `CPU of a turn / ${name}`, ...none, note: why })),
    ];
    return figures;
  },
};

const none = { unit: "×", values: [] };

interface Peer {
  name: string;
  gate: number;
  stretch: number;
}

function figuresOf(sides: Side[], concurrency: number, peers: readonly Peer[]): Figure[] {
  const [services, standalone, lean, twin, sdk, ...others] = sides;
  if (!services || !standalone || !lean || !twin || !sdk) return [];
  const under = `, ${concurrency} under way`;
  const figure = (goal: string, what: string, one: Side, floor: Side, bounds: Partial<Figure>): Figure => ({
    ...{ goal, what: `${what}${under}`, unit: "×", values: against(one, floor), note: both(one, floor) },
    ...bounds,
  });
  return [
    figure("G1", "CPU of a turn / tuned process, six services", services, lean, { gate: 4, stretch: 2.4 }),
    figure("G1", "the same, product as one process", standalone, lean, { gate: 2.6, stretch: 1.8 }),
    figure("G1", "noise: the tuned process / its twin", lean, twin, {}),
    figure("G2", "CPU of a turn / one process, SDK as it comes", services, sdk, { gate: 1.2, stretch: 0.7 }),
    ...peers.flatMap(({ name, gate, stretch }, index) => {
      const other = others[index];
      return other ? [figure("G2", `CPU of a turn / ${name}`, services, other, { gate, stretch })] : [];
    }),
  ];
}

async function profileDatabase(bench: Bench, services: Side, turns: number): Promise<void> {
  const before = await databaseUse(bench.databaseUrl);
  await measureSides(bench, [side(services.name, services.targets, services.groups)], {
    ...{ turns, concurrency: BUSY, round: 0 },
  });
  await delay(1_500);
  bench.report(formatDatabaseUse(before, await databaseUse(bench.databaseUrl), turns));
}
