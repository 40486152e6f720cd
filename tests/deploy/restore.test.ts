import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { applicationUrl } from "@parley/db";
import { findPostgres } from "@parley/local-servers";
import { createSignedClient, eventually, startNats, startPostgres, startRedis } from "@parley/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Child, createChild, freePort } from "../cluster/child-process.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { ROOT } from "./render.js";

type OwnServer = Awaited<ReturnType<typeof startNats>>;
interface Message {
  role: string;
  content: string;
}

const SESSIONS = 4;
/** pg_dump must be of the server's version: both are the machine's own, "pg_dump" beside "postgres". */
const [machine] = findPostgres({ ...process.env, PARLEY_POSTGRES_BIN: "" }).found;
const bin = dirname(machine?.path ?? "");
const SECRET_KEY = "the key of this installation, kept apart from the database";
const folder = mkdtempSync(join(tmpdir(), "parley-test-"));

describe("a dump taken under load", { timeout: 240_000 }, () => {
  let cluster: Cluster;
  let tenant: Tenant;
  const servers: OwnServer[] = [];
  let restored: Child | undefined;
  const before = process.env.PARLEY_POSTGRES_BIN;
  beforeAll(async () => {
    process.env.PARLEY_POSTGRES_BIN = bin;
    cluster = await startCluster({ shape: "standalone", ownPostgres: true, env: { SECRET_KEY } });
    tenant = await createTenant(cluster, "Restore");
  }, 180_000);
  afterAll(async () => {
    if (before === undefined) delete process.env.PARLEY_POSTGRES_BIN;
    else process.env.PARLEY_POSTGRES_BIN = before;
    await restored?.kill();
    for (const server of servers) await server.destroy();
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("contains every turn acknowledged before it, and the product resumes from it with empty NATS and Redis", async () => {
    const agentId = await importAgent(tenant, "echo", ECHO);
    const said: { session: string; content: string }[] = [];
    let running = true;
    const talks = Array.from({ length: SESSIONS }, async (_, n) => {
      const made = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", {
        ...{ tenant_id: tenant.id, agent_id: agentId, metadata: { n } },
      });
      const session = made.body.session_id;
      for (let k = 1; running; k += 1) {
        const content = `message ${k} of ${n}`;
        const answer = await tenant.signed.call("POST", `/api/chat/sessions/${session}/messages`, { content });
        if (answer.status === 200) said.push({ session, content });
      }
    });
    await eventually(() => said.length >= 20, { timeoutMs: 60_000 });
    const acknowledged = [...said];
    await script("backup.sh", folder, cluster.database.adminUrl);
    const during = said.length - acknowledged.length;
    running = false;
    await Promise.all(talks);

    const [nats, redis, postgres] = await Promise.all([startNats(), startRedis(), startPostgres()]);
    servers.push(nats, redis, postgres);
    const [dump = ""] = readdirSync(folder).filter((name) => name.endsWith(".dump"));
    const told = await script("restore.sh", join(folder, dump), postgres.url);
    expect(told).toMatch(/restored: \d+ sessions, \d+ turns, \d+ of them wait/);
    await expect(script("restore.sh", join(folder, dump), postgres.url)).rejects.toThrow(/not empty: nothing was done/);

    const port = await freePort();
    restored = await createChild({
      ...{
        name: "restored",
        service: "standalone",
        args: ["--json", "--port", String(port), "--data", join(folder, "data")],
      },
      env: {
        ...{ DATABASE_URL: applicationUrl(postgres.url), DATABASE_ADMIN_URL: postgres.url, SECRET_KEY },
        ...{ NATS_URL: nats.url, REDIS_URL: redis.url, ADMIN_API_KEY: cluster.apiKey, HOST: "127.0.0.1" },
        ...{ OPENAI_BASE_URL: cluster.model.url, OPENAI_API_KEY: "test", LOG_LEVEL: "warn" },
      },
    });
    restored.start();
    await restored.ready(90_000);
    const signed = createSignedClient({ bases: [`http://127.0.0.1:${port}`], key: cluster.apiKey });
    const kept = new Map<string, string[]>();
    for (const session of new Set(acknowledged.map((one) => one.session))) {
      const answer = await signed.call<{ data: Message[] }>("GET", `/api/chat/sessions/${session}/messages?limit=200`);
      expect(answer.status).toBe(200);
      kept.set(
        session,
        answer.body.data.filter(({ role }) => role === "user").map(({ content }) => content),
      );
    }
    const lost = acknowledged.filter(({ session, content }) => !kept.get(session)?.includes(content));
    const twice = [...kept.values()].flatMap((contents) => contents.filter((one, at) => contents.indexOf(one) !== at));
    // What was accepted and not answered when the dump was taken is answered now.
    await eventually(async () => (await waiting(postgres.url)) === 0, { timeoutMs: 30_000 });
    const [{ session } = { session: "" }] = acknowledged;
    const next = await signed.call("POST", `/api/chat/sessions/${session}/messages`, { content: "after the restore" });
    expect(next.status).toBe(200);
    process.stdout.write(
      `restore: ${acknowledged.length} acknowledged before the dump, ${during} while it ran; lost ${lost.length}, twice ${twice.length}\n`,
    );
    expect([lost, twice]).toEqual([[], []]);
  });
});

async function waiting(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pending_turns: number }>("select pending_turns from backlog()");
  await client.end();
  return rows[0]?.pending_turns ?? -1;
}

/** Runs a script of deploy/backup beside the load; throws what it says when it refuses. */
function script(name: string, argument: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), DATABASE_ADMIN_URL: url };
    const child = spawn(join(ROOT, "deploy/backup", name), [argument], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(said) : reject(new Error(`${name}: ${said}`))));
  });
}
