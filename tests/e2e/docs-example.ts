import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);

export interface DocsExamples {
  /** Runs the code block behind `<!-- example: name -->`, as a reader would copy it; answers its output. */
  execute(name: string, program?: string, extension?: string): Promise<string>;
  /** The lines that a shell example prints. */
  lines(name: string): Promise<string[]>;
}

/** Starts the product for the tests of one page of documentation, and runs that page's examples against it. */
export function docsExamples(path: string): DocsExamples {
  const page = readFileSync(join(ROOT, path), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "parley-docs-"));
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

  const blockOf = (name: string): string => {
    const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(page);
    if (!block?.[1]) throw new Error(`${path} has no example ${name}`);
    return block[1];
  };
  const execute: DocsExamples["execute"] = async (name, program = "bash", extension = "sh") => {
    const file = join(folder, `${name}.${extension}`);
    writeFileSync(file, blockOf(name));
    const agent = demo.agents.find((candidate) => candidate.name === "Clinic Desk")?.id ?? "";
    const env = {
      ...process.env,
      ...{ PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token, PARLEY_KEY: demo.api_key },
      ...{ PARLEY_TENANT: demo.tenant_id, TENANT: demo.tenant_id, AGENT: agent, AGENT_ID: agent },
    };
    return (await run(program, [file], { env, cwd: folder, timeout: 60_000 })).stdout;
  };
  return { execute, lines: async (name) => (await execute(name)).trim().split("\n") };
}
