import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMigrations, migrate } from "../src/index.js";
import { refuseWhileUsed } from "../src/refuse-contraction.js";
import { type Fixture, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

describe("migrate", () => {
  it("applies every file once, also when many start together", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate({ url: f.database.adminUrl })));
    expect(results.flatMap((result) => result.applied)).toEqual([]);
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>("select name from schema_migrations order by name");
    await client.end();
    expect(rows.map((row) => row.name)).toEqual(listMigrations().map((migration) => migration.name));
  });

  it("refuses a database that a newer version migrated, and changes nothing there", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    await client.query("insert into schema_migrations (name, checksum) values ('9000_from_the_future', 'x')");
    await expect(migrate({ url: f.database.adminUrl })).rejects.toThrow(
      /migrated by a newer version of Parley \(9000_from_the_future\)\. Start that version/,
    );
    await client.query("delete from schema_migrations where name like '9000%'");
    await client.end();
  });

  it("refuses a database from before the first release, and changes nothing there", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    await client.query("insert into schema_migrations (name, checksum) values ('0001_roles', 'x')");
    await expect(migrate({ url: f.database.adminUrl })).rejects.toThrow(
      /from before the first release, .* empty database/,
    );
    await client.query("delete from schema_migrations where name = '0001_roles'");
    await client.end();
  });

  it("removes nothing that older code uses while a replica running it is connected", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    const replica = new pg.Client({ connectionString: f.database.adminUrl, application_name: "parley-gateway@0007" });
    await Promise.all([client.connect(), replica.connect()]);
    const file = (since: string) => ({ name: "9001_less", sql: `-- contracts since ${since}\ndrop table less;` });
    await expect(refuseWhileUsed(client, file("0008"))).rejects.toThrow(
      /9001_less removes .* parley-gateway@0007 \(1 connections\)\. Roll out a release that has 0008 first/,
    );
    await refuseWhileUsed(client, file("0007"));
    await refuseWhileUsed(client, { name: "9002_more", sql: "create table more ();" });
    await replica.end();
    // A connection that was closed stays in the list for a moment.
    await expect
      .poll(() =>
        refuseWhileUsed(client, file("0008")).then(
          () => "applied",
          () => "refused",
        ),
      )
      .toBe("applied");
    await client.end();
  });

  it("identifies each service connection by the newest migration of its code", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    const { rows } = await client.query(
      "select distinct right(application_name, 5) as code from pg_stat_activity where datname = current_database() and application_name ~ '^parley-.*@'",
    );
    await client.end();
    expect(rows).toEqual([{ code: `@${listMigrations().at(-1)?.name.slice(0, 4)}` }]);
  });

  it("refuses a file that was changed after it was applied", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    await client.query("update schema_migrations set checksum = 'other' where name like '0001%'");
    await client.end();
    await expect(migrate({ url: f.database.adminUrl })).rejects.toThrow(/0001_schema was changed/);
  });

  it("gives every file a unique number", () => {
    const numbers = listMigrations().map((migration) => migration.name.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
