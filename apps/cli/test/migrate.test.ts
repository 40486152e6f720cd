import { withPostgresClient } from "@parley/local-servers";
import { testServers } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

describe("parley migrate", () => {
  const name = `parley_cli_${process.pid}`;
  const asAdmin = (sql: string) =>
    withPostgresClient(testServers().postgresAdminUrl, async (admin) => void (await admin.query(sql)));
  beforeAll(() => asAdmin(`create database ${name}`));
  afterAll(() => asAdmin(`drop database if exists ${name} with (force)`));
  const migrate = (address: string, ...more: string[]) =>
    runHere(["migrate", ...more], { env: { PATH: process.env.PATH ?? "", DATABASE_ADMIN_URL: address } });

  it("brings an empty database up to date, and does nothing the second time", async () => {
    const address = new URL(testServers().postgresAdminUrl);
    address.pathname = `/${name}`;
    const first = await migrate(address.href);
    expect(first).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/\d+ migrations applied\n$/) });
    const again = await migrate(address.href, "--json");
    expect(JSON.parse(again.out)).toEqual({ ok: true, lines: ["already up to date"] });
  }, 60_000);

  it("says in one sentence why it failed, and never the database URL", async () => {
    const away = await migrate("postgres://owner:secret@127.0.0.1:1/none");
    expect(away).toMatchObject({ code: 1, err: expect.stringMatching(/^parley: .+ \(migration_failed\)\n$/) });
    expect(away.err).not.toContain("secret");
    expect(await migrate("no address")).toMatchObject({ code: 2, err: expect.stringContaining("DATABASE_ADMIN_URL") });
  });
});
