import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

const LENGTH = 4;
const ACTOR = { id: "t", via: "token", role: "admin", address: "192.0.2.7" };

/** A chain as the server exports it. */
function exported(): string[] {
  let previous = "00".repeat(32);
  return Array.from({ length: LENGTH }, (_, i) => {
    const entry = {
      ...{
        seq: i + 1,
        id: `entry-${i}`,
        actor: ACTOR,
        action: "link.updated",
        target_type: "link",
        target_id: `l${i}`,
      },
      ...{ request_id: null, details: { after: { title: "Zürich" } } },
    };
    const hashed = JSON.stringify({ ...entry, tenant_id: "t", call: "c", at: `2026-11-01T10:00:0${i}.123456Z` });
    const hash = createHash("sha256").update(Buffer.from(previous, "hex")).update(hashed).digest("hex");
    const line = { ...entry, at: `2026-11-01T10:00:0${i}.123Z`, hash, previous_hash: previous, hashed };
    previous = hash;
    return JSON.stringify(line);
  });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const hashOf = (line: string | undefined): string => JSON.parse(line ?? "{}").hash;
async function verify(lines: string[], ...more: string[]) {
  const file = join(folder, "audit.jsonl");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""));
  return runHere(["audit", "verify", "--file", file, ...more], {});
}
const change = (line: string | undefined, from: string, to: string): string => {
  expect(line).toContain(from);
  return (line ?? "").replace(from, to);
};

describe("an audit export, verified without a server", () => {
  it("is valid as exported, and so is a part of it", async () => {
    const lines = exported();
    const head = hashOf(lines.at(-1));
    expect(await verify(lines)).toEqual({ code: 0, err: "", out: `Intact: 4 entries.\nNewest entry: 4, ${head}\n` });
    expect((await verify(lines, "--head", head)).code).toBe(0);
    expect((await verify(lines.slice(2))).out).toContain("Begins with entry 3; what was before it is not in the file.");
    expect(JSON.parse((await verify(lines, "--json")).out)).toMatchObject({ intact: true, checked: 4, problems: [] });
  });

  const [a = "", b = "", c = "", d = ""] = exported();
  it.each<[string, string[], string]>([
    ["what people read was changed", [a, change(b, '"l1"', '"l2"'), c, d], "Entry 2 was changed."],
    ["a time was changed", [a, b, change(c, ":02.123Z", ":02.124Z"), d], "Entry 3 was changed."],
    ["something was added to it", [a, change(b, "{", '{"note":1,'), c, d], "Entry 2 was changed."],
    [
      "what was hashed was changed",
      [a, change(b, '\\"via\\":\\"token', '\\"via\\":\\"user'), c, d],
      "Entry 2 was changed.",
    ],
    ["one is missing", [a, b, d], "Entry 4 has lost the entry before it."],
    ["two changed places", [a, c, b, d], "Entry 2 does not join the entry before it."],
    ["one stands twice", [a, b, b, c, d], "Entry 2 does not join the entry before it."],
    ["a first one was made anew", [change(a, "00000", "10000"), b, c, d], "Entry 1 does not join the entry before it."],
  ])("is found and named when %s", async (_name, lines, told) => {
    const { code, out } = await verify(lines);
    expect([code, out]).toEqual([1, expect.stringContaining(told)]);
  });

  it("is recognised as truncated by the hash of its end", async () => {
    expect((await verify([a, b, c])).code).toBe(0);
    const { code, out } = await verify([a, b, c], "--head", hashOf(d));
    expect([code, out]).toEqual([1, expect.stringContaining("Entry 3 is the last one")]);
  });

  it("finds one changed byte anywhere", async () => {
    const text = [a, b, c, d].join("\n");
    for (let at = 0; at < text.length; at += 7) {
      if (text[at] === "\n") continue;
      const other = text[at] === "7" ? "8" : "7";
      const { code } = await verify((text.slice(0, at) + other + text.slice(at + 1)).split("\n"), "--head", hashOf(d));
      expect([at, text.slice(at - 10, at + 10), code]).toEqual([at, text.slice(at - 10, at + 10), 1]);
    }
  });

  it("is refused when it is not an export or missing, without asking a server", async () => {
    expect(await verify(['{"seq":1,"hash":"x"}'])).toMatchObject({ code: 1, err: expect.stringContaining("Line 1") });
    const missing = await runHere(["audit", "verify", "--file", join(folder, "none")], {});
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("file_unreadable") });
    const alone = await runHere(["audit", "verify", "--head", "x"], {});
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining("--file") });
  });
});
