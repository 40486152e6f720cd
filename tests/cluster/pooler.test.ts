import { randomUUID } from "node:crypto";
import { withPostgresClient } from "@parley/local-servers";
import { createBearerClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "./cluster.js";
import { ECHO } from "./documents.js";
import { createLink, createTenant, importAgent } from "./owner.js";
import { POOL_SIZE, type Pooler, startPooler } from "./pooler.js";

/** What docs/kubernetes.md promises about PgBouncer in transaction mode. */
describe("six services behind a pooler", { timeout: 120_000 }, () => {
  let cluster: Cluster;
  let pooler: Pooler;
  beforeAll(async () => {
    cluster = await startCluster({
      shape: "distributed",
      pooler: async (adminUrl) => {
        pooler = await startPooler(adminUrl);
        return pooler;
      },
    });
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const asOwner = <Row>(statement: string, values: unknown[] = []): Promise<Row[]> =>
    withPostgresClient(cluster.database.adminUrl, async (client) => {
      // The rows are those of the statement, which stands beside its type.
      return (await client.query(statement, values)).rows as Row[];
    });
  const countOf = async (statement: string, value: string): Promise<number> =>
    (await asOwner<{ n: number }>(`select count(*)::int as n from ${statement}`, [value]))[0]?.n ?? 0;

  /** A visitor on a new link of a new tenant; repeats each message until it is answered. */
  async function visitor(name: string) {
    const tenant = await createTenant(cluster, name);
    await importAgent(tenant, "echo", ECHO);
    const { token } = await createLink(tenant, "echo", { rate_limit_per_minute: 100 });
    let session: string | undefined;
    const client = () => createBearerClient({ bases: cluster.gateways, token: session });
    return {
      async say(message: string): Promise<void> {
        const headers = { "idempotency-key": randomUUID() };
        const { body } = await eventually(
          async () => {
            const path = `/api/public/chat/${token}`;
            const answer = await client().call<{ response: string; session_token: string }>(
              ...(["POST", path, { message }, { headers, timeoutMs: 10_000 }] as const),
            );
            if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
            return answer;
          },
          { timeoutMs: 40_000, intervalMs: 200 },
        );
        expect(body.response).toBe(`echo(${message})`);
        session ??= body.session_token;
      },
      async heard(): Promise<string[]> {
        const answer = await client().call<{ data: { role: string; content: string }[] }>(
          "GET",
          `/api/public/history/${token}`,
        );
        return answer.body.data.filter(({ role }) => role !== "user").map(({ content }) => content);
      },
    };
  }

  it("answers every message once while the pooler and a replica of each service are killed", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const visitors = await Promise.all(Array.from({ length: 6 }, (_, n) => visitor(`Pooled ${n}`)));
    const texts = Array.from({ length: 12 }, (_, n) => `message ${n}`);
    const talk = visitors.map(async (one) => {
      for (const text of texts) await one.say(text);
    });
    const pids = () => cluster.children.map(({ name, pid, running }) => ({ name, pid, running }));
    const before = pids();
    await pooler.restart();
    await visitor("After the first kill");
    // No process ends because its connections died, even in the middle of a transaction.
    expect(pids()).toEqual(before);
    for (const child of cluster.children.filter(({ name }) => name.endsWith("-2"))) {
      await child.kill();
      child.start();
    }
    await Promise.all(talk);
    const answers = texts.map((text) => `echo(${text})`);
    for (const one of visitors)
      expect((await one.heard()).filter((text) => text.startsWith("echo(message"))).toEqual(answers);
  });

  it("uses fewer server connections than the services hold, and leaves no tenant set on any of them", async () => {
    expect(await countOf("pg_stat_activity where usename = $1", pooler.login)).toBeLessThanOrEqual(POOL_SIZE);
    // All at once, each held for a second, so that every connection of the pool is looked at.
    const seen = await Promise.all(
      Array.from({ length: POOL_SIZE }, () =>
        withPostgresClient(pooler.url, async (client) => {
          const { rows } = await client.query(
            `select pg_backend_pid() as pid, current_user::text as role, coalesce(current_setting('app.tenant_id', true), '') as tenant,
               current_setting('statement_timeout') as timeout, pg_sleep(1)::text as slept`,
          );
          return rows[0] as { pid: number; role: string; tenant: string; timeout: string };
        }),
      ),
    );
    expect(new Set(seen.map(({ pid }) => pid)).size).toBeGreaterThan(POOL_SIZE / 2);
    for (const { role, tenant, timeout } of seen)
      expect({ role, tenant, timeout }).toEqual({ role: "parley_app", tenant: "", timeout: "10s" });
  });
});
