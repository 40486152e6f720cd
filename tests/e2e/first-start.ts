import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeDataFolder } from "@parley/local-servers";
import { type Child, createChild, freePort } from "../cluster/child-process.js";

/** The one line that `npm start -- --json` prints. */
export interface Announcement {
  url: string;
  console_url: string;
  console_sign_in_url: string;
  tenant_id: string;
  api_key: string;
  admin_token: string;
  agents: { id: string; name: string; version: number }[];
  links: { agent: string; url: string; token: string }[];
}

export interface FirstStart {
  child: Child;
  dataDir: string;
  base: string;
  /** Starts, or starts again on the same data; answers what was printed. */
  start(): Promise<Announcement>;
  /** Stops it and removes its data. */
  clear(): Promise<void>;
}

/** What a newcomer gets from `npm start`: one process with its demo agents, on private servers and a data folder of its own. */
export async function firstStart(env: Record<string, string> = {}): Promise<FirstStart> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-test-"));
  const port = await freePort();
  const args = ["--json", "--port", String(port), "--data", dataDir];
  const child = await createChild({
    name: "standalone",
    service: "standalone",
    args,
    env: { SCRIPTED_PACE_MS: "0", ...env },
  });
  return {
    child,
    dataDir,
    base: `http://127.0.0.1:${port}`,
    async start() {
      child.start();
      const announced = await child.announced<Announcement>();
      await child.ready();
      return announced;
    },
    async clear() {
      await child.stop();
      await removeDataFolder(dataDir);
    },
  };
}
