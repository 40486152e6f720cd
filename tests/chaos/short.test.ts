import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withPostgresClient } from "@parley/local-servers";
import type { ModelCall, ModelFault } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { audit, type Findings } from "./auditor.js";
import { startDisturbances } from "./disturbances.js";
import { createLedger } from "./ledger.js";
import { isFull, plan } from "./plan.js";
import { createRandom } from "./random.js";
import { type Counters, startTraffic, type Talk } from "./traffic.js";

const LINK = { max_sessions: 10_000, rate_limit_per_minute: 100, max_messages_per_session: 1_000 };

describe(`conversations while processes die (seed ${plan.seed})`, () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let agentId: string;
  let link: MadeLink;
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));

  beforeAll(async () => {
    const refused = new Set<string>();
    // Half of the answers take a moment, so that processes also die in the middle of one; some turns end with an error.
    const faults = ({ n, lastUserText }: ModelCall): ModelFault | null => {
      if (/^s\d*[34] m7 /.test(lastUserText) && !refused.has(lastUserText)) {
        refused.add(lastUserText);
        return { type: "status", status: 400 };
      }
      return n % 2 === 0 ? { type: "slow", tokenDelayMs: 40 } : null;
    };
    cluster = await startCluster({ shape: "distributed", ownPostgres: isFull, model: { faults } });
    tenant = await createTenant(cluster, "Chaos");
    agentId = await importAgent(tenant, "echo", ECHO);
    link = await createLink(tenant, "echo", LINK);
  }, 120_000);
  afterAll(async () => {
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it(
    "loses nothing, answers once, keeps the order, counts right, and every stream is whole",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const random = createRandom(plan.seed);
      const ledger = createLedger(join(folder, "ledger.jsonl"));
      const disturbances = startDisturbances(cluster, plan, createRandom(plan.seed + 1));
      const disturbed = (): boolean => disturbances.running;
      const context = { cluster, tenant, agentId, link, ledger, random, plan, disturbed };
      const { talks, counters, done } = startTraffic(context);
      await Promise.all([done, disturbances.done]);
      await endAll(tenant, talks);
      const findings = await audit(cluster, tenant, { talks, lines: ledger.lines() });
      show(findings, counters, disturbances.counts);

      expect(talks).toHaveLength(plan.sessions);
      expect(findings).toMatchObject({
        turns: plan.sessions * plan.turnsPerSession,
        replies: plan.sessions * plan.turnsPerSession,
        ...{ lost: [], duplicated: [], order: [], wrongReplies: [], modelInput: [], quota: [], streams: [] },
      });
      expect(findings.errors).toBe(counters.errors);
      // A runner that dies with the refusal in hand makes the next one ask again; that does not befall them all.
      expect(findings.errors).toBeGreaterThan(0);
      const used = await withPostgresClient(cluster.database.adminUrl, (client) =>
        client.query(
          "select sessions_used, (select count(distinct t.conversation_id)::int from session_turns t join text_conversations c on c.id = t.conversation_id where c.link_id = l.id and t.kind = 'message') as talking from temporary_chat_links l where id = $1",
          [link.id],
        ),
      );
      expect(used.rows[0]?.sessions_used).toBe(used.rows[0]?.talking);
    },
    plan.deadlineMs,
  );
});

/** Ends every session, which ends its readers; each must then have the whole log. */
async function endAll({ signed }: Tenant, talks: readonly Talk[]): Promise<void> {
  for (const { sessionId } of talks) {
    const answer = await signed.call("DELETE", `/api/chat/sessions/${sessionId}`);
    if (answer.status !== 200) throw new Error(`not ended: ${answer.status} ${answer.text}`);
  }
  await Promise.all(talks.map(({ follower }) => follower?.ended));
}

function show(findings: Findings, counters: Counters, disturbances: Record<string, number>): void {
  const { turns, errors, replies, modelCalls, ...faults } = findings;
  const kills = Object.entries(disturbances).map(([what, count]) => `${what} ${count}`);
  const found = Object.entries(faults).map(([what, list]) => `${what} ${list.length}`);
  const took = counters.tookMs.toSorted((a, b) => a - b);
  const share = (part: number): number => Math.round(took[Math.ceil(part * took.length) - 1] ?? 0);
  const lines = [
    `seed            ${plan.seed}`,
    `turns           ${turns}, replies ${replies}, ended with an error ${errors}, model calls ${modelCalls}`,
    `requests        ${counters.sends}, retried ${counters.retries}`,
    `time to answer  p50 ${share(0.5)} ms, p95 ${share(0.95)} ms, p99 ${share(0.99)} ms, slowest ${share(1)} ms`,
    `stream cuts     ${counters.cuts}`,
    `disturbances    ${kills.join(", ")}`,
    `faults          ${found.join(", ")}`,
  ];
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
}
