import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshDatabase, programOf, testServers } from "@parley/testkit";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { listFunctions } from "../src/functions.js";
import { listMigrations } from "../src/index.js";

/** Runs the command with these variables and no other address. */
function command(env: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("DATABASE_"));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, programOf("libs/db"), {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 25_000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** An empty database of the shared server, dropped afterwards. */
async function withEmptyDatabase(use: (url: string) => Promise<void>): Promise<void> {
  const { postgresAdminUrl } = testServers();
  const name = `parley_empty_${process.pid}`;
  const admin = new pg.Client({ connectionString: postgresAdminUrl });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
    const url = new URL(postgresAdminUrl);
    url.pathname = `/${name}`;
    await use(url.toString());
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

describe("the migration command", () => {
  it("names each file it applies, and does nothing the second time", async () => {
    await withEmptyDatabase(async (url) => {
      const names = listMigrations().map((migration) => migration.name);
      const first = await command({ DATABASE_ADMIN_URL: url, DATABASE_URL: "postgres://nobody:x@127.0.0.1:1/none" });
      expect(first).toMatchObject({ code: 0, stderr: "" });
      expect(first.stdout.trim().split("\n")).toEqual([
        ...names.map((name) => `migrated ${name}`),
        `applied ${listFunctions().length} functions`,
        `${names.length} migrations applied`,
      ]);
      const folder = mkdtempSync(join(tmpdir(), "parley-migrate-"));
      try {
        writeFileSync(join(folder, "url"), `${url}\n`);
        expect(await command({ DATABASE_URL_FILE: join(folder, "url") })).toEqual({
          code: 0,
          stdout: "already up to date\n",
          stderr: "",
        });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });

  it("exits with 1 and the reason, never the address, when it fails", async () => {
    const refused = await command({ DATABASE_URL: "postgres://owner:hush-hush@127.0.0.1:1/none" });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/ECONNREFUSED/);
    expect(refused.stderr).not.toMatch(/hush-hush/);

    const database = await freshDatabase();
    try {
      const client = new pg.Client({ connectionString: database.adminUrl });
      await client.connect();
      await client.query("update schema_migrations set checksum = 'other' where name like '0001%'");
      await client.end();
      const changed = await command({ DATABASE_URL: database.adminUrl });
      expect(changed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^migration 0001_schema was changed/) });
    } finally {
      await database.drop();
    }
  });

  it("exits with 2 without a usable address", async () => {
    expect(await command({ DATABASE_URL: "" })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/DATABASE_URL/),
    });
    expect(await command({ DATABASE_URL: "not an address" })).toMatchObject({ code: 2 });
    expect(await command({ DATABASE_URL_FILE: "/nowhere/at/all" })).toMatchObject({ code: 2 });
  });
});
