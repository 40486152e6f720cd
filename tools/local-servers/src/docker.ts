import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf, type StoreName } from "./contract.js";

const images = { postgres: "postgres:17-alpine", nats: "nats:2.11-alpine", redis: "redis:7-alpine" } as const;
const insidePort = { postgres: 5432, nats: 4222, redis: 6379 } as const;

export interface ContainerSettings {
  store: StoreName;
  /** Data folder of the product; its path gives the container its name. */
  dataDir: string;
  port: number;
  password: string;
  env: NodeJS.ProcessEnv;
}

/** Why containers cannot be used, or null when the engine answers. */
export async function dockerProblem(env: NodeJS.ProcessEnv): Promise<string | null> {
  const answer = await docker(["info", "--format", "{{.ServerVersion}}"], env, 5_000);
  return answer.ok ? null : "no docker engine answers";
}

/** The fixed name of a store's container: a second start finds the first one's instead of making another. */
export function containerName(dataDir: string, store: StoreName): string {
  return `parley-${createHash("sha256").update(dataDir).digest("hex").slice(0, 10)}-${store}`;
}

/** Makes and starts the container on a loopback port. Throws an Error with docker's own words. */
export async function startContainer(
  settings: ContainerSettings,
): Promise<{ name: string; url: string; volume: string }> {
  const { store, port, password, dataDir, env } = settings;
  const name = containerName(dataDir, store);
  await docker(["rm", "--force", name], env, 30_000);
  const created = await docker(createArguments(settings, name), { ...env, POSTGRES_PASSWORD: password }, 600_000);
  if (!created.ok) throw new Error(created.output);
  if (store !== "postgres") {
    // Copied and not mounted: the engine may run on another machine or in another account's view of the files.
    const file = join(dataDir, `${store}.container.conf`);
    writeFileSync(file, containerConfiguration(store, password), { mode: 0o600 });
    const copied = await docker(["cp", file, `${name}:/parley.conf`], env, 30_000);
    if (!copied.ok) throw new Error(copied.output);
  }
  const started = await docker(["start", name], env, 60_000);
  if (!started.ok) throw new Error(started.output);
  return { name, url: urlOf(store, port, password), volume: name };
}

/** Stops and removes the container; its volume with the data stays. */
export async function stopContainer(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  await docker(["stop", "--time", "15", name], env, 30_000);
  await docker(["rm", "--force", name], env, 30_000);
}

/** Deletes named volumes, for a reset. */
export function removeVolumes(names: string[]): void {
  if (names.length > 0) spawnSync("docker", ["volume", "rm", "--force", ...names], { timeout: 30_000 });
}

function createArguments({ store, port }: ContainerSettings, name: string): string[] {
  const base = ["create", "--name", name, "--publish", `127.0.0.1:${port}:${insidePort[store]}`];
  switch (store) {
    case "postgres":
      return [
        ...base,
        ...["--volume", `${name}:/var/lib/postgresql/data`, "--env", "POSTGRES_PASSWORD"],
        ...["--env", "POSTGRES_USER=parley_owner", "--env", "POSTGRES_DB=parley", images.postgres],
      ];
    case "nats":
      return [...base, "--volume", `${name}:/data`, images.nats, "-c", "/parley.conf"];
    case "redis":
      return [...base, "--entrypoint", "redis-server", images.redis, "/parley.conf"];
  }
}

function containerConfiguration(store: "nats" | "redis", password: string): string {
  if (store === "nats") {
    return `max_payload: 1MB\njetstream { store_dir: "/data" }\nauthorization { user: parley, password: "${password}" }\n`;
  }
  return `requirepass ${password}\nsave ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\n`;
}

function urlOf(store: StoreName, port: number, password: string): string {
  switch (store) {
    case "postgres":
      return `postgres://parley_owner:${password}@127.0.0.1:${port}/parley`;
    case "nats":
      return `nats://parley:${password}@127.0.0.1:${port}`;
    case "redis":
      return `redis://:${password}@127.0.0.1:${port}`;
  }
}

function docker(args: string[], env: NodeJS.ProcessEnv, timeoutMs: number): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn("docker", args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let output = "";
    const collect = (text: string) => {
      output = `${output}${text}`.slice(-2_000);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.once("error", (error) => resolve({ ok: false, output: reasonOf(error) }));
    child.once("close", (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}
