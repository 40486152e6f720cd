import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept, acquire, commit, type Fixture, linkOf, message, opened, reply, turnFixture } from "./turn-fixture.js";
import {
  Accept,
  Acquire,
  audit,
  Finish,
  Keep,
  RunOut,
  Stop,
  TURN_OUTCOMES,
  type TurnCommand,
  type TurnModel,
  turnCommands,
} from "./turn-games.js";

/** Another seed plays other games; more of them find rarer faults. */
const SEED = Number(process.env.PARLEY_TEST_SEED);
const GAMES = Number(process.env.MODELS_GAMES ?? 15);
const MAX = 4;

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture({ max_messages: MAX });
});
afterAll(() => f.close());

const begin = (): TurnModel => ({ turns: [], max: MAX, epoch: null, isLeased: false, hasEnded: false });

/** A game that meets every outcome; the others are made up. */
const TOUR: TurnCommand[] = [
  ...[new Stop(), new Acquire(0), new Accept(false), new Accept(true), new Stop(), new Acquire(0), new Acquire(1)],
  ...[new Keep(0), new RunOut(), new Acquire(1), new Keep(0), new Finish(0, "answer"), new Finish(0, "fail")],
  ...[
    new Accept(false),
    new Finish(1, "answer"),
    new RunOut(),
    new Acquire(0),
    new Finish(0, "fail"),
    new Finish(1, "answer"),
  ],
  ...[
    ...[1, 2, 3, 4].map(() => new Accept(false)),
    new Acquire(1),
    new Finish(1, "end"),
    new Finish(1, "answer"),
    new Accept(false),
  ],
  ...[new Accept(true), new Acquire(0), new Stop()],
];

/** What the two have left; with a lease nobody else wants. */
async function finishAlone(sessionId: string): Promise<void> {
  const held = await acquire(f, sessionId, 60_000);
  if (held === null) return;
  for (const turn of held.turns)
    expect(await commit(f, [reply(f, held, turn)])).toMatchObject([{ outcome: "committed" }]);
}

describe("turns against a model of a few lines", () => {
  it(`one reply to each, in order, by who has the lease, within the quota (seed ${SEED})`, async () => {
    const met = new Set<string>();
    const play = async (commands: Iterable<TurnCommand>): Promise<void> => {
      const sessionId = await opened(f, { link: linkOf(f) });
      const [model, real] = [begin(), { f, sessionId, leases: [null, null], said: 0, met }];
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await audit(model, real);
    };
    await play(TOUR);
    await fc.assert(fc.asyncProperty(turnCommands, play), { seed: SEED, numRuns: GAMES * 3 });
    expect([...met].sort()).toEqual([...TURN_OUTCOMES].sort());
  }, 120_000);

  it(`two runners that take turns at every step answer each message once (seed ${SEED})`, async () => {
    let fenced = 0;
    const game = fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.boolean(), { minLength: 4, maxLength: 8 }),
      async (s, late) => {
        const sessionId = await opened(f, { link: linkOf(f) });
        const real = { f, sessionId };
        const model = begin();
        const step = <T>(label: string, call: () => Promise<T>): Promise<T> =>
          s.schedule(Promise.resolve(), label).then(call);
        const visitor = async (): Promise<void> => {
          for (let n = 0; n < MAX; n += 1) {
            await step("accept", () => accept(f, [message(f, sessionId, `m${n}`)]));
            model.turns.push({ content: `m${n}`, status: "done" });
          }
        };
        const run = async (isLate: () => boolean): Promise<void> => {
          // A bound for the loop; what remains is done at the end, alone.
          for (let round = 0; round < 6; round += 1) {
            // Late runners have a lease that is over before their commit.
            const held = await step("acquire", () => acquire(f, sessionId, isLate() ? 0 : 60_000));
            for (const turn of held?.turns ?? []) {
              if (held === null) break;
              const item = reply(f, held, turn, { lease_ms: isLate() ? 0 : 60_000 });
              const [got] = await step("commit", () => commit(f, [item]));
              if (got?.outcome === "fenced") fenced += 1;
              if (got?.outcome !== "committed") break;
            }
          }
        };
        let asked = 0;
        const isLate = (): boolean => {
          asked += 1;
          return late[asked % late.length] ?? false;
        };
        const all = Promise.all([visitor(), run(isLate), run(isLate)]);
        await s.waitFor(all);
        await new RunOut().run(model, { ...real, leases: [], said: 0, met: new Set() });
        await finishAlone(sessionId);
        await audit(model, real);
      },
    );
    await fc.assert(game, { seed: SEED, numRuns: GAMES * 2 });
    expect(fenced).toBeGreaterThan(0);
  }, 120_000);
});
