// The first thing that runs after a clone: imports nothing outside Node, so that it works before packages are there.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands, overview } from "./bootstrap/commands.mjs";
import { FriendlyError } from "./bootstrap/friendly-error.mjs";
import { buildPackages, checkNode, installPackages } from "./bootstrap/prepare.mjs";
import { runToEnd } from "./bootstrap/run.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

async function main() {
  const [name, ...args] = process.argv.slice(2);
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    const asked = name === "--help" || name === "-h";
    process[asked ? "stdout" : "stderr"].write(`${overview}\n`);
    return asked ? 0 : 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.help}\n`);
    return 0;
  }
  // With --json stdout belongs to the one line of JSON.
  const json = args.includes("--json");
  const report = (line) => process[json ? "stderr" : "stdout"].write(`${line}\n`);
  checkNode(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node);
  await installPackages(root, report);
  await buildPackages(root, report);
  return runAll(root, await command.prepare(root, args, report));
}

/** One run after the other; answers the first code that is not 0. What a signal ends has no next. */
async function runAll(root, first) {
  let firstFailure = 0;
  for (let run = first; run !== undefined; run = run.next?.()) {
    const code = await runToEnd(root, run);
    firstFailure ||= code;
    if (code > 128) break;
  }
  return firstFailure;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof FriendlyError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
