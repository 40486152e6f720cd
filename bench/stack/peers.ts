import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench } from "../goals/context.js";
import { type Side, side } from "../goals/turns-of-sides.js";
import type { Target } from "../load/jobs.js";
import { FROM_SOURCE, freePort, ROOT, type Running, startNode, startProgram, waitUntilReady } from "./process.js";

const FOLDER = join(ROOT, "bench/peers");
const SESSIONS = 240;

/** What a user might pick instead, with the goals of performance.md. Its versions are pinned in bench/peers/package.json. */
const PEERS = [
  { id: "restate", name: "Restate", gate: 0.6, stretch: 0.3 },
  { id: "dbos", name: "DBOS", gate: 0.3, stretch: 0.15 },
  { id: "langgraph", name: "LangGraph.js + PostgresSaver", gate: 0.14, stretch: 0.07 },
  { id: "mastra", name: "Mastra + PostgreSQL", gate: 0.14, stretch: 0.07 },
] as const;
type PeerId = (typeof PEERS)[number]["id"];

interface Peers {
  peers: { name: string; gate: number; stretch: number; side: Side }[];
  missing: { name: string; why: string }[];
}

/** Installs the peers from npm into bench/peers and starts each with a database of its own; says why one is missing. */
export async function startPeers(bench: Bench): Promise<Peers> {
  const none = (why: string): Peers => ({ peers: [], missing: PEERS.map(({ name }) => ({ name, why })) });
  if (!bench.options.peers) return none("not asked for: --peers");
  try {
    if (!existsSync(join(FOLDER, "node_modules"))) await install(bench);
  } catch (error) {
    return none(`could not be installed: ${firstLine(error)}`);
  }
  const answer: Peers = { peers: [], missing: [] };
  for (const { id, ...peer } of PEERS) {
    try {
      answer.peers.push({ ...peer, side: await startPeer(bench, id, peer.name) });
    } catch (error) {
      answer.missing.push({ name: peer.name, why: `did not start: ${firstLine(error)}` });
    }
  }
  return answer;
}

const firstLine = (error: unknown): string => String(error).split("\n").slice(0, 2).join(" ").slice(0, 200);

async function install(bench: Bench): Promise<void> {
  bench.report("  installing the peers into bench/peers (once, about 600 MB)");
  const args = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  await promisify(execFile)("npm", args, { cwd: FOLDER, timeout: 600_000 });
}

async function startPeer(bench: Bench, id: PeerId, name: string): Promise<Side> {
  const { stores, modelUrl } = bench;
  const server = id === "restate" ? await startRestate(bench) : null;
  const env: Record<string, string> = { OPENAI_BASE_URL: modelUrl, NODE_ENV: "production", ...server?.env };
  if (server === null) env.DATABASE_URL = await stores.emptyDatabase(`peer_${id}`);
  const process = startNode(id, [...FROM_SOURCE, join(FOLDER, `${id}.mjs`)], env);
  bench.undo(process.stop);
  const { url } = (await process.firstJson()) as { url: string }; // Printed by our own program.
  const targets = Array.from(
    { length: SESSIONS },
    (_, index): Target => ({
      url: `${url}/chat/${index + 1}${server === null ? "" : "/turn"}`,
      method: "POST",
      headers: {},
      bodies: [JSON.stringify({ message: "please move on, number {n}" })],
    }),
  );
  const its: Record<string, number> =
    server === null ? { postgres: stores.pids.postgres } : { "restate-server": server.pid };
  return side(name, targets, { [id]: process.pid, ...its });
}

/** The server of Restate with a throw-away folder; it brings its own store. */
async function startRestate(bench: Bench): Promise<{ pid: number; env: Record<string, string> }> {
  const [ingress, admin, own] = [await freePort(), await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const settings = {
    RESTATE_BASE_DIR: folder,
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_BIND_PORT: String(own),
    RESTATE_ADVERTISED_HOST: "127.0.0.1",
    RESTATE_INGRESS__BIND_PORT: String(ingress),
    RESTATE_ADMIN__BIND_PORT: String(admin),
    RESTATE_DISABLE_TELEMETRY: "true",
    DO_NOT_TRACK: "1",
  };
  const program = join(
    FOLDER,
    "node_modules/@restatedev",
    `restate-server-${process.platform}-${process.arch}`,
    "bin/restate-server",
  );
  const server: Running = startProgram("restate-server", program, ["--no-logo"], settings);
  bench.undo(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { ADMIN_URL: `http://127.0.0.1:${admin}`, INGRESS_URL: `http://127.0.0.1:${ingress}` };
  await waitUntilReady(`${env.ADMIN_URL}/health`, server);
  await waitUntilReady(`${env.INGRESS_URL}/restate/health`, server);
  return { pid: server.pid, env };
}
