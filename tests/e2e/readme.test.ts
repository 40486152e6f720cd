import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, "README.md"), "utf8");

/** The code block behind `<!-- example: name -->`, exactly as a reader would copy it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(readme);
  if (!block?.[1]) throw new Error(`the README has no example ${name}`);
  return block[1];
}

describe("the README's examples, as printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-readme-"));
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

  const execute = async (program: string, file: string, code: string): Promise<string> => {
    writeFileSync(join(folder, file), code);
    const clinic = demo.agents.find((agent) => agent.name === "Clinic Desk");
    const env = {
      ...process.env,
      PARLEY_URL: product.base,
      PARLEY_KEY: demo.api_key,
      TENANT: demo.tenant_id,
      AGENT: clinic?.id ?? "",
    };
    return (await run(program, [join(folder, file)], { env, timeout: 30_000 })).stdout;
  };

  it("talks in a signed curl", async () => {
    const said = await execute("bash", "example.sh", example("curl"));
    expect(said).toContain('"first_name":"Jack"');
    expect(said).toContain('"status":"active"');
  });

  it("talks in Node", async () => {
    const said = await execute(process.execPath, "example.mjs", example("node"));
    expect(said).toContain("Nora");
    expect(said).toMatch(/zip_code: '30301'/);
  });

  it("talks in Python", async () => {
    expect(await execute("python3", "example.py", example("python"))).toMatch(/Jack.* questions\n$/s);
  });
});
