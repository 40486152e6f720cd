import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const run = promisify(execFile);
const page = readFileSync(join(ROOT, "docs/access.md"), "utf8");

/** The code block behind `<!-- example: name -->`, exactly as a reader would copy it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(page);
  if (!block?.[1]) throw new Error(`docs/access.md has no example ${name}`);
  return block[1];
}

describe("the owner's guide to access, as printed", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-access-"));
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
    const AGENT = demo.agents.find((agent) => agent.name === "Clinic Desk")?.id ?? "";
    const env = { ...process.env, PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token, AGENT };
    return (await run("bash", [file], { env, timeout: 60_000 })).stdout.trim().split("\n");
  };

  it("asks for PIN and consent in the answers it promises", async () => {
    const answers = (await execute("pin")).map((line) => JSON.parse(line));
    expect(answers.map(({ code }) => code)).toEqual(["pin_required", "pin_wrong", "consent_required", undefined]);
    expect(answers[3]).toMatchObject({ session: { status: "active" } });
  });

  it("writes the mail with a code in the language that was wished for", async () => {
    const [answer, subject, ...more] = await execute("mail-language");
    expect(JSON.parse(answer ?? "")).toEqual({ expires_in_seconds: 600, request_id: expect.any(String) });
    expect([subject, more]).toEqual(["Il Suo codice per Clinic Desk", []]);
  });

  it("lets an address in once it was approved", async () => {
    const [policy, ...answers] = await execute("approval");
    expect(JSON.parse(policy ?? "")).toMatchObject({ mode: "approval", allowed_emails: ["ada@example.com"] });
    expect(answers).toEqual(["access_pending", "approved", "true", "open"]);
  });
});
