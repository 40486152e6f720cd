import { setTimeout as delay } from "node:timers/promises";
import { migrate } from "@parley/db";
import { eventually, startNats, startPostgres, startRedis } from "@parley/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applicationUrl } from "../../libs/db/src/index.js";
import { type Child, createChild } from "./child-process.js";

/**
 * What an orchestrator may rely on: a replica that cannot work yet waits and is not ready; liveness asks no other server; the numbers for an
 * autoscaler are those of the database, or none.
 */
type OwnServer = Awaited<ReturnType<typeof startNats>>;
let [nats, redis, postgres]: OwnServer[] = [];
const children: Child[] = [];
let env: Record<string, string>;

beforeAll(async () => {
  [nats, redis, postgres] = await Promise.all([startNats(), startRedis(), startPostgres()]);
  env = {
    DATABASE_URL: applicationUrl(own(postgres).url),
    NATS_URL: own(nats).url,
    REDIS_URL: own(redis).url,
    SECRET_KEY: "the key of this installation, long enough",
    LOG_LEVEL: "warn",
  };
});
afterAll(async () => {
  await Promise.all(children.map((child) => child.kill()));
  for (const server of [nats, redis, postgres]) await server?.destroy();
});

function own(server: OwnServer | undefined): OwnServer {
  if (server === undefined) throw new Error("not started");
  return server;
}

async function started(service: string, more: Record<string, string> = {}): Promise<Child> {
  const child = await createChild({ name: service, service, env: { ...env, ...more }, wholeLog: true });
  children.push(child);
  child.start();
  return child;
}

async function asked(child: Child, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const response = await fetch(`${child.opsUrl}${path}`, { signal: AbortSignal.timeout(5_000) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch {
    return { status: 0, body: {} };
  }
}
const reason = async (child: Child, part: string) =>
  ((await asked(child, "/readyz")).body.checks as Record<string, { detail?: string }> | undefined)?.[part]?.detail;

async function owner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: own(postgres).url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

describe("a replica under an orchestrator", { timeout: 120_000 }, () => {
  let sessions: Child;

  it("is alive but not ready until the migration of its release, and serves after it", async () => {
    sessions = await started("sessions");
    const links = await started("links");
    await eventually(async () => (await reason(sessions, "schema")) === "the schema of the database cannot be read");
    // Time in which a replica that gives up would have given up.
    await delay(2_000);
    for (const child of [sessions, links]) {
      expect(child.running).toBe(true);
      expect(await asked(child, "/healthz")).toEqual({ status: 200, body: { status: "ok" } });
      expect((await asked(child, "/readyz")).status).toBe(503);
    }
    await migrate({ url: own(postgres).url });
    await Promise.all([sessions.ready(), links.ready()]);
    expect(sessions.log()).toContain('"msg":"schema.waiting"');
    expect(await links.stop()).toBe(0);
  });

  it("of a new release waits beside those of the earlier one, which start again on the new schema", async () => {
    await owner("create table kept_releases as table schema_releases");
    await owner("update schema_releases set digest = 'of another release'");
    const next = await started("memory");
    await eventually(async () => (await reason(next, "schema")) === "the migration of this release has not been run");
    expect((await asked(sessions, "/readyz")).status).toBe(200);
    // Asked to end while it waits, it ends.
    expect(await next.stop()).toBe(0);
    await owner("insert into schema_releases select * from kept_releases");
    next.start();
    await next.ready(20_000);
    expect(await next.stop()).toBe(0);
  });

  it("with another SECRET_KEY never becomes ready, and says why", async () => {
    const key = { SECRET_KEY: "the key of some other installation, long" };
    const wrong = await started("agent-runner", key);
    const gateway = await started("gateway", { ...key, PORT: "0" });
    await eventually(
      async () => (await reason(wrong, "hash-root")) === "SECRET_KEY is not the one of this installation",
    );
    expect((await asked(wrong, "/readyz")).status).toBe(503);
    await eventually(async () => /SECRET_KEY/.test((await reason(gateway, "hash-root")) ?? ""));
    expect((await asked(gateway, "/readyz")).status).toBe(503);
    expect(wrong.log()).toContain('"msg":"keys.hash_root_unreadable"');
    expect(await wrong.stop()).toBe(0);
    expect(await gateway.stop()).toBe(0);
  });

  it("reports waiting turns to an autoscaler, and nothing while the database is away, which restarts no replica", async () => {
    expect(await asked(sessions, "/scaling")).toEqual({
      status: 200,
      body: { pending_turns: 0, oldest_pending_seconds: 0 },
    });
    await owner("alter table session_turns disable trigger all");
    await owner(
      `insert into session_turns (conversation_id, tenant_id, seq, kind, content, created_at)
       select gen_random_uuid(), gen_random_uuid(), 1, 'message', 'x', now() - n * interval '1 second'
       from generate_series(1, 3) n`,
    );
    const { body } = await asked(sessions, "/scaling");
    expect(body.pending_turns).toBe(3);
    expect(body.oldest_pending_seconds).toBeGreaterThanOrEqual(3);
    const { pid } = sessions;
    await own(postgres).stop();
    await eventually(async () => (await asked(sessions, "/readyz")).status === 503);
    expect((await asked(sessions, "/scaling")).status).toBe(503);
    const late = await started("cleanup");
    for (const child of [sessions, late]) {
      await eventually(async () => (await asked(child, "/healthz")).status === 200);
      expect(child.running).toBe(true);
    }
    await own(postgres).restart();
    await Promise.all([sessions.ready(), late.ready()]);
    expect(sessions.pid).toBe(pid);
    await eventually(async () =>
      (await (await fetch(`${late.opsUrl}/metrics`)).text()).includes("\nturns_pending 3\n"),
    );
  });
});
