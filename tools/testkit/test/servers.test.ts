import { connect } from "node:net";
import { withPostgresClient } from "@parley/local-servers";
import { describe, expect, it } from "vitest";
import { eventually, freshDatabase, startNats, startPostgres, startRedis, testServers } from "../src/index.js";

/** True when something listens on the loopback port. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

describe("testServers", () => {
  it("returns addresses of reachable servers", async () => {
    const servers = testServers();
    const answer = await withPostgresClient(servers.postgresAdminUrl, (client) => client.query("select 1 as one"));
    expect(answer.rows).toEqual([{ one: 1 }]);
    expect(await listens(Number(new URL(servers.natsUrl).port))).toBe(true);
    expect(await listens(Number(new URL(servers.redisUrl).port))).toBe(true);
  });
});

describe("freshDatabase", () => {
  it("gives each caller a separate migrated database, for a role that owns nothing", async () => {
    const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
    expect(one.adminUrl).not.toBe(two.adminUrl);
    const tables = await withPostgresClient(one.adminUrl, (client) =>
      client.query("select 1 from information_schema.tables where table_schema = 'public'"),
    );
    expect(tables.rowCount).toBeGreaterThan(10);
    const role = await withPostgresClient(one.url, (client) =>
      client.query("select rolsuper, rolbypassrls from pg_roles where rolname = current_user"),
    );
    expect(role.rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(withPostgresClient(one.adminUrl, async () => undefined)).rejects.toMatchObject({ code: "3D000" });
  });
});

describe("eventually", () => {
  it("repeats until the answer is neither an error nor false", async () => {
    let calls = 0;
    const value = await eventually(
      () => {
        calls += 1;
        if (calls === 1) throw new Error("not yet");
        return calls === 2 ? false : calls;
      },
      { intervalMs: 1 },
    );
    expect(value).toBe(3);
  });

  it("throws the last error after the timeout", async () => {
    const never = () => {
      throw new Error("never");
    };
    await expect(eventually(never, { timeoutMs: 20, intervalMs: 5 })).rejects.toThrow("never");
    await expect(eventually(() => false, { timeoutMs: 20, intervalMs: 5 })).rejects.toThrow("still false");
  });
});

describe("servers for fault tests", () => {
  it("keeps committed rows and the port across a kill of PostgreSQL", async () => {
    const server = await startPostgres();
    try {
      await withPostgresClient(server.url, async (client) => {
        await client.query("create table kept (id int)");
        await client.query("insert into kept values (1)");
      });
      await server.kill();
      await eventually(async () => !(await listens(server.port)));
      await server.restart();
      const rows = await withPostgresClient(server.url, (client) => client.query("select id from kept"));
      expect(rows.rows).toEqual([{ id: 1 }]);
    } finally {
      await server.destroy();
    }
  });

  it.each([
    ["Redis", startRedis],
    ["NATS", startNats],
  ])("restarts %s on the same port after a kill and a stop", async (_name, start) => {
    const server = await start();
    try {
      const before = server.pid();
      await server.kill();
      await eventually(async () => !(await listens(server.port)));
      await server.restart();
      expect(await listens(server.port)).toBe(true);
      expect(server.pid()).not.toBe(before);
      await server.stop();
      await eventually(async () => !(await listens(server.port)));
    } finally {
      await server.destroy();
    }
  });
});
