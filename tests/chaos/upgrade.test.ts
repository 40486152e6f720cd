import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Cluster, migrateWith, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { audit } from "./auditor.js";
import { createLedger } from "./ledger.js";
import { plan as chaos, type Plan } from "./plan.js";
import { createRandom } from "./random.js";
import { startTraffic } from "./traffic.js";

/** A built checkout of the version before (`npm run test:upgrade`); without one every replica is replaced by another one of this build. */
const FROM = process.env.UPGRADE_FROM;

const plan: Plan = {
  ...chaos,
  ...{ sessions: 40, turnsPerSession: 10, clients: 20, readers: 20, deadlineMs: 300_000 },
  // The conversations are spread over this time, and continue without pauses when everything was replaced.
  ...{ kills: 1, killEveryMs: 25_000 },
};

describe("a rolling upgrade and the way back, under load", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let agentId: string;
  let link: MadeLink;
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));

  beforeAll(async () => {
    // Half of the answers take a moment, so that replicas also leave in the middle of one.
    const faults = ({ n }: { n: number }) => (n % 2 === 0 ? { type: "slow" as const, tokenDelayMs: 40 } : null);
    cluster = await startCluster({ shape: "distributed", model: { faults }, build: FROM });
    tenant = await createTenant(cluster, "Upgrade");
    agentId = await importAgent(tenant, "echo", ECHO);
    link = await createLink(tenant, "echo", { max_sessions: 10_000, rate_limit_per_minute: 100 });
  }, 120_000);
  afterAll(async () => {
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** As an orchestrator does it: all services at once, of each one replica after the other. Harder: the old one goes before the new one comes. */
  async function replaceBy(build: string | undefined): Promise<number> {
    let replaced = 0;
    for (const replica of ["-1", "-2"]) {
      const leaving = cluster.children.filter(({ name }) => name.endsWith(replica));
      await Promise.all(
        leaving.map(async (child) => {
          expect(await child.stop(), child.name).toBe(0);
          child.start(build);
          await child.ready();
          replaced += 1;
        }),
      );
    }
    return replaced;
  }

  it(
    "loses nothing, answers once, and tells nobody an error",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      let running = true;
      const ledger = createLedger(join(folder, "ledger.jsonl"));
      const { talks, done } = startTraffic({
        ...{ cluster, tenant, agentId, link, ledger, random: createRandom(plan.seed), plan },
        disturbed: () => running,
      });
      const rollout = async (): Promise<number> => {
        if (FROM !== undefined) await migrateWith(cluster.database.adminUrl, ROOT);
        const there = await replaceBy(undefined);
        return there + (await replaceBy(FROM));
      };
      const [replaced] = await Promise.all([rollout().finally(() => (running = false)), done]);
      expect(replaced).toBe(2 * cluster.children.length);

      for (const { sessionId } of talks) {
        const { status, text } = await tenant.signed.call("DELETE", `/api/chat/sessions/${sessionId}`);
        expect(status, text).toBe(200);
      }
      await Promise.all(talks.map(({ follower }) => follower?.ended));
      const lines = ledger.lines();
      const findings = await audit(cluster, tenant, { talks, lines });
      const refused = lines.flatMap((line) => (line.type === "failed" ? [`${line.status} ${line.code}`] : []));
      // An attempt that met a replica on its way out and got no answer is repeated by the client, as behind any proxy.
      const errors = refused.filter((one) => one !== "0 no_answer");
      process.stdout.write(
        `upgrade: ${replaced} replicas replaced, ${findings.turns} turns; lost ${findings.lost.length}, twice ${findings.duplicated.length}, errors ${errors.length}, attempts without an answer ${refused.length - errors.length}, repeated\n`,
      );
      expect(findings).toMatchObject({
        turns: plan.sessions * plan.turnsPerSession,
        replies: plan.sessions * plan.turnsPerSession,
        errors: 0,
        ...{ lost: [], duplicated: [], order: [], wrongReplies: [], modelInput: [], quota: [], streams: [] },
      });
      expect(errors).toEqual([]);
    },
    plan.deadlineMs,
  );
});
