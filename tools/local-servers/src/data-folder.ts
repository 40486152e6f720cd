import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { reasonOf, StoresError } from "./contract.js";
import { removeVolumes } from "./docker.js";
import { makeFolder } from "./make-folder.js";
import { identifyProcess, isSameProcess } from "./process-identity.js";
import { isErrno, type ServerRecord, stopRecorded } from "./server-process.js";

/** What state.json says about one private server. `container` is set instead of `process` for docker. */
interface ServerState {
  port: number;
  version: string;
  from: string;
  data: string | null;
  process?: ServerRecord;
  container?: string;
}

interface FolderState {
  /** Passwords and ports live as long as the data they belong to. */
  passwords: { postgres: string; nats: string; redis: string };
  /** Last used ports, taken again when they are free so that addresses survive a restart. */
  ports: { postgres?: number; nats?: number; redis?: number };
  /** Where the PostgreSQL files lie when they could not be placed below this folder. */
  postgresHome?: string;
  /** Named docker volumes that hold data of this folder. */
  volumes?: string[];
  servers: { postgres?: ServerState; nats?: ServerState; redis?: ServerState };
}

/** A data folder held by this process alone. */
export interface HeldFolder {
  path: string;
  state: FolderState;
  /** Writes `state` to state.json, whole or not at all. */
  save(): void;
  /** Gives the folder free. */
  release(): void;
}

interface Owner {
  pid: number;
  startedAt: string;
  nonce: string;
}

/**
 * Makes the folder private, takes it for this process, and stops servers that a crashed run left behind.
 *
 * @throws StoresError `data_folder_in_use` when another live process holds it, `data_folder_unusable` when it cannot
 * be read or written.
 */
export async function holdDataFolder(dataDir: string, report: (line: string) => void): Promise<HeldFolder> {
  const path = resolve(dataDir);
  try {
    // Only the last folder is private: PostgreSQL may have to reach it as another account.
    makeFolder(path, 0o700);
    refuseForeignFolder(path);
    chmodSync(path, 0o700);
    const release = await takeLock(path);
    const state = readState(path);
    const held: HeldFolder = { path, state, release, save: () => writeWhole(join(path, "state.json"), state) };
    await stopLeftovers(held, report);
    return held;
  } catch (error) {
    if (error instanceof StoresError) throw error;
    const message = `The data folder ${path} cannot be used: ${obstacleOf(error)}. Choose another with --data.`;
    throw new StoresError("data_folder_unusable", message, { cause: error });
  }
}

/** What is in the way, in words for the person who named the folder. */
function obstacleOf(error: unknown): string {
  if (isErrno(error, "EACCES") || isErrno(error, "EPERM"))
    return "this account may not make it, read it or write there";
  if (isErrno(error, "ENOTDIR")) return "a file is in its place";
  if (isErrno(error, "EROFS")) return "the disk can only be read";
  if (isErrno(error, "ENOSPC")) return "the disk is full";
  if (isErrno(error, "ENOENT") && error.syscall === "mkdir") return "the system lets nobody make folders there";
  return reasonOf(error);
}

/** A folder of somebody else must neither be closed to others nor, with a reset, be deleted. */
function refuseForeignFolder(path: string): void {
  if (!existsSync(path)) return;
  const entries = readdirSync(path);
  if (entries.length === 0 || entries.some((name) => name === "state.json" || name.startsWith("supervisor.lock")))
    return;
  const message = `${path} is not empty and was not made by Parley. Choose another folder with --data.`;
  throw new StoresError("data_folder_unusable", message);
}

/**
 * The lock is a file that names its holder; whether the holder still runs is asked of the system, so a crash never
 * leaves it stuck. It appears by linking a finished file, so nobody ever reads half of it.
 */
async function takeLock(path: string): Promise<() => void> {
  const lock = join(path, "supervisor.lock");
  const nonce = randomBytes(8).toString("hex");
  const self: Owner = { pid: process.pid, startedAt: identifyProcess(process.pid)?.startedAt ?? "", nonce };
  const candidate = `${lock}.${nonce}`;
  writeFileSync(candidate, JSON.stringify(self), { mode: 0o600 });
  try {
    linkSync(candidate, lock);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    const holder = readOwner(lock);
    if (holder !== null && isSameProcess(holder)) throw inUse(path, holder.pid);
    // Two starts may find the same dead holder. Each replaces the file, waits, and only the last one written stays.
    if (readOwner(lock)?.nonce !== holder?.nonce) throw inUse(path, readOwner(lock)?.pid);
    renameSync(candidate, lock);
    await delay(200);
    const now = readOwner(lock);
    if (now?.nonce !== nonce) throw inUse(path, now?.pid);
  } finally {
    rmSync(candidate, { force: true });
  }
  return () => {
    if (readOwner(lock)?.nonce === nonce) rmSync(lock, { force: true });
  };
}

function inUse(path: string, pid: number | undefined): StoresError {
  const who = pid === undefined ? "another process" : `process ${pid}`;
  const message = `${path} is already in use by ${who}. Stop it first, or choose another folder with --data.`;
  return new StoresError("data_folder_in_use", message);
}

/** True when a live process holds the folder. */
export function isFolderHeld(path: string): boolean {
  const holder = readOwner(join(path, "supervisor.lock"));
  return holder !== null && isSameProcess(holder);
}

function readOwner(lock: string): Owner | null {
  try {
    // Parsed at the edge: our own file; fields of another type make the comparisons below fail, which means "stale".
    return JSON.parse(readFileSync(lock, "utf8")) as Owner;
  } catch {
    return null;
  }
}

function readState(path: string): FolderState {
  const password = () => randomBytes(24).toString("hex");
  const fresh: FolderState = {
    passwords: { postgres: password(), nats: password(), redis: password() },
    ports: {},
    servers: {},
  };
  try {
    // Parsed at the edge: our own file, written whole; parts that are missing keep their fresh values.
    return { ...fresh, ...(JSON.parse(readFileSync(join(path, "state.json"), "utf8")) as Partial<FolderState>) };
  } catch (error) {
    if (isErrno(error, "ENOENT")) return fresh;
    throw error;
  }
}

async function stopLeftovers(held: HeldFolder, report: (line: string) => void): Promise<void> {
  for (const name of ["redis", "nats", "postgres"] as const) {
    const record = held.state.servers[name]?.process;
    if (record !== undefined && isSameProcess(record)) {
      report(`stopping ${name} (process ${record.pid}) left behind by an earlier run`);
      await stopRecorded(record, 30_000);
    }
    // Containers carry a fixed name and are removed where they are started.
    delete held.state.servers[name];
  }
  held.save();
}

/** Replaces a file in one step: a reader sees the old content or the new, also after a crash. */
function writeWhole(file: string, value: unknown): void {
  const unfinished = `${file}.new`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(unfinished, file);
}

/**
 * Deletes the folder with everything in it, also PostgreSQL files that had to be placed elsewhere.
 *
 * @throws StoresError `data_folder_in_use` while a live process holds it.
 */
export async function removeDataFolder(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const held = await holdDataFolder(dataDir, () => undefined);
  removeVolumes(held.state.volumes ?? []);
  const home = held.state.postgresHome;
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
  rmSync(held.path, { recursive: true, force: true });
}
