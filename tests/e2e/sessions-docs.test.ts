import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);
const page = readFileSync(join(ROOT, "docs/sessions.md"), "utf8");

/** The code block behind `<!-- example: name -->`, exactly as a reader would copy it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(page);
  if (!block?.[1]) throw new Error(`docs/sessions.md has no example ${name}`);
  return block[1];
}

describe("the owner's guide to sessions, as printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-sessions-"));
  let product: FirstStart;
  let demo: Announcement;
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
  }, 120_000);
  afterAll(async () => {
    await product?.clear();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** The lines an example prints. */
  const execute = async (name: string): Promise<string[]> => {
    const file = join(folder, `${name}.sh`);
    writeFileSync(file, example(name));
    const AGENT_ID = demo.agents.find((agent) => agent.name === "Clinic Desk")?.id ?? "";
    const env = {
      ...process.env,
      ...{ PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token, PARLEY_KEY: demo.api_key },
      ...{ PARLEY_TENANT: demo.tenant_id, AGENT: AGENT_ID, AGENT_ID },
    };
    return (await run("bash", [file], { env, cwd: folder, timeout: 60_000 })).stdout.trim().split("\n");
  };

  it("finds a person's sessions, and nothing by a misspelt filter", async () => {
    const [made, ...found] = await execute("find");
    expect(made).toMatch(/^text_/);
    expect(found).toEqual([made, "0", "query/partcipant"]);
  }, 90_000);

  it("watches a session to its end, with what it has spent", async () => {
    const lines = await execute("watch");
    const events = lines.filter((line) => line.startsWith("event: ")).map((line) => line.slice("event: ".length));
    expect(events).toEqual(expect.arrayContaining(["connected", "message", "session_ended", "turn"]));
    expect(lines.at(-1)).toMatch(/^"totals":\{"cost":.*"input_tokens":\d+/);
  }, 90_000);

  it("asks for an answer later", async () => {
    const [status, letters] = await execute("later");
    expect(status).toBe("completed");
    expect(Number(letters)).toBeGreaterThan(0);
  }, 90_000);
});
