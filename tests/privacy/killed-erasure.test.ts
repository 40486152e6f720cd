import { setTimeout as pause } from "node:timers/promises";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../chaos/random.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { dumpAll } from "../leaks/dump.js";
import { findings } from "../leaks/find.js";
import { type ErasureAnswer, newPerson, ok, type Person, untilErased } from "./person.js";

const full = process.env.ERASURES_FULL === "1";
const TRIES = full ? 50 : 3;
const SESSIONS = 8;
/** Longer than an erasure takes on a quiet machine. */
const LATEST_KILL_MS = 400;

let cluster: Cluster;
let tenant: Tenant;
let agentId: string;
beforeAll(async () => {
  cluster = await startCluster({
    shape: "standalone",
    env: { ERASURE_INTERVAL_SECONDS: "0.05", ERASURE_SWEEP_MINUTES: "0.02" },
  });
  tenant = await createTenant(cluster, "Killed");
  agentId = await importAgent(tenant, "echo", ECHO);
  ok(
    await tenant.owner.call("POST", "/api/webhooks", { url: "https://hooks.example.invalid/hook", events: ["*"] }),
    201,
  );
}, 120_000);
afterAll(() => cluster?.close(), 60_000);

/** Sessions of one person, each with an answered message; all but `running` are over. */
async function conversations({ email, word }: Person, running: number): Promise<void> {
  /** A machine under load refuses now and then (503); with its key a call can be made again. */
  const call = <Body>(method: string, path: string, key: string, body?: unknown): Promise<Body> =>
    eventually(
      async () => {
        const options = { headers: { "idempotency-key": `${word}-${key}` } };
        return ok(await tenant.signed.call<Body>(method, path, body, options), 200, 201).body;
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
  const one = async (n: number): Promise<void> => {
    const body = { tenant_id: tenant.id, agent_id: agentId, participant: { email }, metadata: { note: word } };
    const { session_id: id } = await call<{ session_id: string }>("POST", "/api/chat/sessions", `${n}`, body);
    await call("POST", `/api/chat/sessions/${id}/messages`, `${n}-say`, { content: `A ${word}` });
    if (n >= running) await call("DELETE", `/api/chat/sessions/${id}`, `${n}-end`);
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, n) => one(n)));
}

/** How far it was when the process died. */
const stateOf = (id: string): Promise<string> =>
  withPostgresClient(cluster.database.adminUrl, async (admin) => {
    const { rows } = await admin.query<{ state: string; step: number }>(
      "select state, step from erasures where id = $1",
      [id],
    );
    return rows[0] === undefined ? "unknown" : `${rows[0].state} ${rows[0].step}`;
  });

describe("an erasure whose process is killed", () => {
  it(
    `is complete after the restart, ${TRIES} times`,
    async () => {
      const random = createRandom(Number(process.env.PARLEY_TEST_SEED));
      const met: string[] = [];
      for (let n = 0; n < TRIES; n += 1) {
        const person = newPerson();
        await conversations(person, n % 5 === 0 ? 2 : 0);
        const { id } = await eventually(async () => {
          const body = { email: person.email };
          return ok(await tenant.owner.call<ErasureAnswer>("POST", "/api/privacy/erasure", body), 202).body;
        });
        await pause(random.between(0, LATEST_KILL_MS));
        const product = cluster.child("standalone");
        await product.kill();
        met.push(await stateOf(id));
        process.stdout.write(`erasures: try ${n + 1} of ${TRIES} killed at ${met.at(-1)}\n`);
        product.start();
        await product.ready(90_000);
        const { receipt } = await untilErased(tenant, id, 120_000);
        expect(receipt?.stores.find(({ store }) => store === "sessions")?.removed).toMatchObject({
          sessions: SESSIONS,
        });
        const wanted = [
          { kind: "word", value: person.word },
          { kind: "address", value: person.email },
        ];
        expect(findings(await dumpAll(cluster), wanted), `try ${n}, killed at ${met.at(-1)}`).toEqual([]);
        const verdict = await tenant.owner.call("POST", "/api/privacy/erasures/verify", receipt);
        expect(verdict.body).toMatchObject({ finding: "genuine" });
      }
      expect(met).not.toContain("unknown");
    },
    60_000 * TRIES,
  );
});
