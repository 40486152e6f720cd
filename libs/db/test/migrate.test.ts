import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMigrations, migrate } from "../src/index.js";
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

  it("refuses a file that was changed after it had been applied", async () => {
    const client = new pg.Client({ connectionString: f.database.adminUrl });
    await client.connect();
    await client.query("update schema_migrations set checksum = 'other' where name like '0001%'");
    await client.end();
    await expect(migrate({ url: f.database.adminUrl })).rejects.toThrow(/0001_schema was changed/);
  });

  it("numbers the files without gaps or doubles", () => {
    const numbers = listMigrations().map((migration) => migration.name.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
