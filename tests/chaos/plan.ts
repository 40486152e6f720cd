/** How much of everything: the short form belongs to the test suite, the full form is `npm run test:full`. */
export interface Plan {
  seed: number;
  sessions: number;
  turnsPerSession: number;
  /** Sessions that run at once. */
  clients: number;
  /** Readers of event streams; each follows one session and is cut again and again. */
  readers: number;
  /** SIGKILL of a random process. */
  kills: number;
  killEveryMs: number;
  /** Times that a runner is frozen for longer than its lease, and then continues as if nothing had been. */
  freezes: number;
  natsWipes: number;
  /** Times that the NATS store is put back to what it was some seconds before. */
  natsRollbacks: number;
  postgresStops: number;
  /** Time for everything, healing included; generous, a loaded machine must not look like a fault. */
  deadlineMs: number;
}

const full = process.env.CHAOS_FULL === "1";

export const plan: Plan = {
  seed: Number(process.env.PARLEY_TEST_SEED),
  ...(full
    ? { sessions: 500, turnsPerSession: 20, clients: 60, readers: 200 }
    : { sessions: 100, turnsPerSession: 10, clients: 50, readers: 50 }),
  ...(full
    ? {
        kills: 120,
        killEveryMs: 2_000,
        freezes: 20,
        natsWipes: 5,
        natsRollbacks: 5,
        postgresStops: 5,
        deadlineMs: 1_800_000,
      }
    : {
        kills: 22,
        killEveryMs: 1_800,
        freezes: 2,
        natsWipes: 1,
        natsRollbacks: 1,
        postgresStops: 0,
        deadlineMs: 300_000,
      }),
};
export const isFull = full;
