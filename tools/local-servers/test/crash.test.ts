import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "@parley/testkit";
import { afterEach, expect, it } from "vitest";
import { removeDataFolder, resolveStores, sweepAbandonedFolders, withPostgresClient } from "../src/index.js";
import { identifyProcess } from "../src/process-identity.js";

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) await eventually(() => removeDataFolder(folder), { timeoutMs: 20_000 });
});

function freshFolder(prefix = "parley-test-"): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

const env = { ...process.env, DATABASE_URL: "", NATS_URL: "", REDIS_URL: "" };

/** Starts the stores in another process and returns it with the process numbers of its servers. */
async function startElsewhere(
  folder: string,
  mode = "test",
): Promise<{ child: ChildProcess; pids: number[]; url: string }> {
  const script = fileURLToPath(new URL("./start-and-wait.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=parley-source", "--import", "tsx", script, folder, mode], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = await new Promise<string[]>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (text) => resolve([text]));
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
  // Parsed at the edge: written by start-and-wait.ts.
  return { child, ...(JSON.parse(line ?? "") as { pids: number[]; url: string }) };
}

async function killHard(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

const alive = (pids: number[]) => pids.filter((pid) => identifyProcess(pid) !== null);

it("takes over after a SIGKILL: stops leftover servers and keeps the data", async () => {
  const folder = freshFolder();
  const { child, pids, url } = await startElsewhere(folder, "start");
  await withPostgresClient(url, (client) => client.query("create table kept as select 42 as answer"));
  const options = { dataDir: folder, env, mode: "start" as const, report: () => undefined };
  await expect(resolveStores(options)).rejects.toMatchObject({ code: "data_folder_in_use" });

  await killHard(child);
  expect(alive(pids)).toEqual(pids);
  const stores = await resolveStores(options);
  try {
    expect(alive(pids)).toEqual([]);
    const rows = await withPostgresClient(stores.postgres.url, (client) => client.query("select answer from kept"));
    expect(rows.rows).toEqual([{ answer: 42 }]);
  } finally {
    await stores.stop();
  }
}, 90_000);

it("stops its servers when the process ends without calling stop", async () => {
  const { child, pids } = await startElsewhere(freshFolder());
  child.kill("SIGTERM");
  await eventually(() => child.exitCode === 1 && alive(pids).length === 0, { timeoutMs: 30_000 });
}, 90_000);

it("never signals a process that only inherited a recorded number", async () => {
  const folder = freshFolder();
  const bystander = spawn("sleep", ["60"]);
  children.push(bystander);
  const pid = bystander.pid ?? 0;
  await eventually(() => identifyProcess(pid)?.command.startsWith("sleep") === true);
  const process = { pid, startedAt: "another start", marker: "nats.conf", stopSignal: "SIGTERM" };
  const server = { port: 1, version: "2", from: "program", data: null, process };
  writeFileSync(join(folder, "state.json"), JSON.stringify({ servers: { nats: server } }));
  await removeDataFolder(folder);
  expect(alive([pid])).toEqual([pid]);
});

it("removes folders of killed runs but not locked and recent ones", async () => {
  const prefix = `parley-sweep-${process.pid}-`;
  const [dead, held] = [freshFolder(prefix), freshFolder(prefix)];
  const young = freshFolder(prefix);
  const one = await startElsewhere(dead);
  const two = await startElsewhere(held);
  await killHard(one.child);
  const past = new Date(Date.now() - 3_600_000);
  for (const folder of [dead, held]) utimesSync(folder, past, past);
  // However long the starts took.
  utimesSync(young, new Date(), new Date());
  expect(await sweepAbandonedFolders(tmpdir(), prefix)).toEqual([dead]);
  expect(alive(one.pids)).toEqual([]);
  expect(alive(two.pids)).toEqual(two.pids);
  expect(readFileSync(join(held, "state.json"), "utf8")).toContain("postgres");
  expect(young).toContain(prefix);
}, 90_000);
