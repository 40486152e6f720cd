import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ConfigError, generateEnvExample, loadConfig } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "parley-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = z.object({
  DATABASE_URL: z.url().describe("PostgreSQL address"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe("Port to listen on"),
  SECRET_KEY: z.string().min(32).describe("Master key"),
  NOTE: z.string().describe("A note").optional(),
  VERBOSE: z.stringbool().default(false),
});

const SECRET = "s".repeat(40);

function mistakesOf(env: Record<string, string>): string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("loadConfig", () => {
  it("parses, fills defaults and treats an empty string as unset", () => {
    expect(loadConfig(schema, { DATABASE_URL: "postgres://x/y", SECRET_KEY: SECRET, PORT: "", NOTE: "" })).toEqual({
      DATABASE_URL: "postgres://x/y",
      PORT: 8080,
      SECRET_KEY: SECRET,
      VERBOSE: false,
    });
  });

  it("reports all errors at once, with the variable's purpose and never its value", () => {
    const mistakes = mistakesOf({ PORT: "99999", SECRET_KEY: "hunter2" });
    expect(mistakes).toHaveLength(3);
    const text = mistakes.join("\n");
    expect(text).toContain("DATABASE_URL: is required (PostgreSQL address)");
    expect(text).toMatch(/^PORT: .+\(Port to listen on\)$/m);
    expect(text).toMatch(/^SECRET_KEY: /m);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("99999");
  });

  it("reads NAME_FILE without the trailing line break", () => {
    const file = join(folder, "secret");
    writeFileSync(file, `${SECRET}\n`);
    expect(loadConfig(schema, { DATABASE_URL: "postgres://x/y", SECRET_KEY_FILE: file }).SECRET_KEY).toBe(SECRET);
  });

  it("refuses a file that cannot be read, and a value given twice", () => {
    expect(mistakesOf({ DATABASE_URL: "postgres://x/y", SECRET_KEY_FILE: join(folder, "none") })).toEqual([
      "SECRET_KEY_FILE: the file cannot be read",
    ]);
    expect(mistakesOf({ DATABASE_URL: "postgres://x/y", SECRET_KEY: SECRET, SECRET_KEY_FILE: "/x" })).toEqual([
      "SECRET_KEY: set SECRET_KEY or SECRET_KEY_FILE, not both",
    ]);
  });
});

describe("generateEnvExample", () => {
  it("lists every variable once with its description and its default or that it is required", () => {
    const text = generateEnvExample({
      gateway: schema,
      links: z.object({ DATABASE_URL: z.url(), LINK_TTL: z.coerce.number().default(5).describe("Seconds") }),
    });
    expect(text).toContain("# PostgreSQL address\n# Required.\nDATABASE_URL=\n");
    expect(text).toContain("# Port to listen on\n# PORT=8080\n");
    expect(text).toContain("# A note\n# NOTE=\n");
    expect(text).toContain("# ── links ──\n\n# Seconds\n# LINK_TTL=5\n");
    expect(text.match(/DATABASE_URL=/g)).toHaveLength(1);
  });
});
