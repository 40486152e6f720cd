import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeDataFolder, resolveStores } from "../src/index.js";

let folder = "";
let dataDir = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-docker-"));
  dataDir = mkdtempSync(join(tmpdir(), "parley-test-"));
});
afterEach(async () => {
  await removeDataFolder(dataDir);
  rmSync(folder, { recursive: true, force: true });
});

/** Starts on a machine with nothing but a program `docker`, which writes down what it is told and does as `script` says. */
async function startWith(script: string) {
  const file = join(folder, "docker");
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${folder}/told\n${script}\n`, { mode: 0o755 });
  const env = {
    PATH: [folder, process.env.PATH].join(delimiter),
    HOME: process.env.HOME,
    PARLEY_STORES_FROM: "docker",
  };
  const failure = await resolveStores({ dataDir, env, mode: "start", report: () => undefined }).catch(
    (error: unknown) => error,
  );
  return { failure: String(failure), told: readFileSync(join(folder, "told"), "utf8").split("\n") };
}

it("starts each missing store in the engine on loopback, with data in a named volume and no password in an argument", async () => {
  // The engine takes the order and cannot start anything.
  const { failure, told } = await startWith('case "$1" in start) echo "no space left" >&2; exit 1;; esac');
  const { passwords } = JSON.parse(readFileSync(join(dataDir, "state.json"), "utf8"));
  const created = told.filter((line) => line.startsWith("create "));
  expect(created).toHaveLength(3);
  for (const line of created) expect(line).toMatch(/--name parley-[0-9a-f]{10}-\w+ --publish 127\.0\.0\.1:\d+:\d+ /);
  expect(created[0]).toMatch(
    /--volume (parley-[0-9a-f]{10}-postgres):\/var\/lib\/postgresql\/data .*postgres:17-alpine$/,
  );
  for (const password of Object.values<string>(passwords)) expect(told.join("\n")).not.toContain(password);
  expect(failure).toContain("docker: no space left");
});

it("makes no further call to an engine that does not answer", async () => {
  const { failure, told } = await startWith("exit 1");
  expect(told.filter((line) => line !== "").every((line) => line.startsWith("info "))).toBe(true);
  expect(failure).toContain("no docker engine answers");
});
