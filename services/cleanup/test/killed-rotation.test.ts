import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectDb, type Db, keepHashRoot, sql } from "@parley/db";
import { createLogger } from "@parley/observability";
import { createSecrets, type Secrets } from "@parley/secrets";
import { type FreshDatabase, freshDatabase, PATIENT } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

const [OLD, NEW] = ["the first master key of this installation", "the next master key of this installation!"];
const KILLS = Number(process.env.PARLEY_ROTATION_KILLS ?? 2);
/** A pass over so many rows takes some tenths of a second: kills fall before, into and behind it. */
const [ROWS, LATEST_KILL_MS] = [3_000, 400];
const TENANT = "018f3a5e-7c1b-7d2e-8a4f-00000000d3e0";
const MAIN = fileURLToPath(new URL("./rotating-main.ts", import.meta.url));
const logger = createLogger({ service: "test", level: "silent" });
const aadOf = (name: string): string => `demo_secrets:${TENANT}:${name}`;

let database: FreshDatabase;
let db: Db;
let hash: string;
beforeAll(async () => {
  database = await freshDatabase();
  db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const secrets = await installed(createSecrets(OLD));
  hash = secrets.keyedHash("an address");
  const names = Array.from({ length: ROWS }, (_, n) => `secret-${n}`);
  const sealed = names.map((name) => secrets.seal(`value of ${name}`, aadOf(name)));
  await db.tenant(TENANT, async (trx) => {
    await sql`insert into tenants (id, name) values (${TENANT}, 'T')`.execute(trx);
    await sql`insert into demo_secrets (tenant_id, name, sealed)
      select ${TENANT}::uuid, * from unnest(${names}::text[], ${sealed}::text[])`.execute(trx);
  });
}, 240_000);
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** With the hashes of the installation, as every process has them. */
async function installed(secrets: Secrets): Promise<Secrets> {
  await keepHashRoot({ db, secrets, logger, onWrongKey: "go on" }).start(new AbortController().signal);
  return secrets;
}

/** Changes the key in a process of its own; `killAfterMs` after its beginning it is killed, unless it is done by then. */
async function rotate(killAfterMs: number | null): Promise<void> {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD };
  const argv = ["--conditions=parley-source", "--import", "tsx", MAIN];
  const child = spawn(process.execPath, argv, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended: Promise<unknown[]> = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  if (killAfterMs !== null) {
    await Promise.race([pause(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  const [code, signal] = await ended;
  expect(killAfterMs === null ? [0] : [0, "SIGKILL"]).toContain(signal ?? code);
}

/** Every value is what it was, whole, under one key or the other. Answers how many are under the new one. */
async function inspect(secrets: Secrets): Promise<number> {
  const { rows } = await db.tenant(TENANT, (trx) =>
    sql<{ name: string; sealed: string }>`select name, sealed from demo_secrets`.execute(trx),
  );
  const wrong = rows.filter(({ name, sealed }) => secrets.open(sealed, aadOf(name)) !== `value of ${name}`);
  expect([rows.length, wrong]).toEqual([ROWS, []]);
  return rows.filter(({ sealed }) => sealed.startsWith(`v1.${createSecrets(NEW).keyId}.`)).length;
}

it("a key rotation leaves every value intact when killed at any moment, and completes when restarted", async () => {
  let before = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await rotate(Math.random() * LATEST_KILL_MS);
    // Whatever process starts now, under both keys or with the two the other way round, reads all and hashes as before.
    for (const both of [createSecrets(NEW, OLD), createSecrets(OLD, NEW)]) {
      const secrets = await installed(both);
      expect(secrets.keyedHash("an address")).toBe(hash);
      const resealed = await inspect(secrets);
      expect(resealed).toBeGreaterThanOrEqual(before);
      before = resealed;
    }
  }
  await rotate(null);
  const alone = await installed(createSecrets(NEW));
  expect(await inspect(alone)).toBe(ROWS);
  expect(alone.keyedHash("an address")).toBe(hash);
}, 240_000);
