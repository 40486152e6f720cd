import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);
const page = readFileSync(join(ROOT, "docs/keys.md"), "utf8");

/** The code block behind `<!-- example: name -->`, exactly as a reader would copy it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(page);
  if (!block?.[1]) throw new Error(`docs/keys.md has no example ${name}`);
  return block[1];
}

describe("the guide to keys and repeated calls, as printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-keys-"));
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
    const env = { ...process.env, PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token };
    return (await run("bash", [file], { env, timeout: 60_000 })).stdout.trim().split("\n");
  };

  it("makes a key that reads, and lists it without its secret", async () => {
    const [made, listed] = await execute("key");
    const { id, key_id, secret } = JSON.parse(made ?? "");
    expect(JSON.parse(listed ?? "").data).toMatchObject([{ id, key_id, scopes: ["read"], status: "active" }]);
    expect(listed).not.toContain(secret);
  });

  it("makes one token of two equal calls and refuses a third one", async () => {
    const [created, first, again, replayed, second, refused, problem] = await execute("repeat");
    expect([created, again, refused]).toEqual([
      expect.stringContaining("201"),
      expect.stringContaining("201"),
      expect.stringContaining("422"),
    ]);
    expect(second).toBe(first);
    expect(replayed).toBe("idempotent-replayed: true");
    expect(JSON.parse(problem ?? "")).toMatchObject({ code: "idempotency_key_reused" });
  });
});
