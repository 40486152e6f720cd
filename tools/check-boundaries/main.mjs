// The import rules of the repository, checked on the sources alone. Imports nothing outside Node, so it runs before `npm ci`.
// Usage: node tools/check-boundaries/main.mjs [folder of a repository]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import {
  COMPOSITION,
  FILE_LINES,
  IMPURE,
  LIBRARY_IMPORTS,
  REFUSED_NAMES,
  SERVICE_REFUSALS,
  VENDORS,
} from "./rules.mjs";
import { importsOf, lineAt, scanSource } from "./scan-source.mjs";

const CODE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/;
const MEASURED = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs|css|sql)$/;

/**
 * Checks every package under `apps`, `libs`, `services` and `tools`.
 * @param {string} root folder of the repository
 * @returns violations (fail the build) and notes (for people), each `{file, line, rule, message}` with a path relative to root
 */
export function checkBoundaries(root) {
  const packages = ["apps", "libs", "services", "tools"].flatMap((area) => packagesIn(root, area));
  const services = new Set(packages.filter(({ area }) => area === "services").map(({ name }) => name));
  const [violations, notes] = [[], []];
  for (const pack of packages) {
    for (const path of filesIn(pack.source)) {
      const source = readFileSync(path, "utf8");
      const file = relative(root, path).split(sep).join("/");
      const report = (line, rule, message) => violations.push({ file, line, rule, message });
      checkNames(pack, path, report);
      checkLength(source, file, report, notes);
      if (!CODE.test(path)) continue;
      for (const { specifier, line } of importsOf(source)) {
        checkImport({ pack, path, specifier, services }, (rule, message) => report(line, rule, message));
      }
      if (pack.folder === "workflow") checkPurity(source, report);
    }
  }
  return { violations, notes };
}

function packagesIn(root, area) {
  const folder = join(root, area);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "package.json")))
    .map((entry) => {
      const manifest = JSON.parse(readFileSync(join(folder, entry.name, "package.json"), "utf8"));
      const { dependencies, peerDependencies, optionalDependencies, devDependencies, exports } = manifest;
      // A package without code of its own to offer is a page: its build bundles what it needs, so dev dependencies count.
      const bundled = exports?.["."] === undefined ? devDependencies : {};
      const listed = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies, ...bundled });
      const source = join(folder, entry.name, "src");
      return { area, folder: entry.name, name: manifest.name, listed: new Set(listed), source };
    });
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && MEASURED.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](node_modules|dist)[\\/]/.test(path.slice(folder.length)))
    .sort();
}

function checkNames(pack, path, report) {
  const parts = relative(pack.source, path).split(sep);
  const stem = basename(path).replace(/\..*$/, "");
  const bad = [...parts.slice(0, -1), stem].find((part) => REFUSED_NAMES.includes(part.toLowerCase()));
  if (bad !== undefined) report(1, "name", `"${bad}" says nothing about its content; name it by its domain`);
}

function checkLength(source, file, report, notes) {
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  if (lines > FILE_LINES.fail) report(lines, "length", `${lines} lines; more than ${FILE_LINES.fail} are not accepted`);
  else if (lines > FILE_LINES.note) {
    notes.push({ file, line: lines, rule: "length", message: `${lines} lines; aim at ${FILE_LINES.note}` });
  }
}

function checkImport({ pack, path, specifier, services }, report) {
  if (specifier.startsWith(".") || specifier.startsWith("/")) {
    const inside = relative(dirname(pack.source), resolve(dirname(path), specifier));
    if (specifier.startsWith("/") || inside === ".." || inside.startsWith(`..${sep}`)) {
      report("relative", `"${specifier}" leaves the package; import the other package by its name`);
    }
    return;
  }
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
    if (pack.folder === "workflow") {
      report("purity", `"${specifier}": the engine knows nothing of Node`);
    }
    return;
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (name !== pack.name && !pack.listed.has(name) && !vitestInTestkit(pack, name)) {
    report("unlisted", `"${name}" is not in the package.json of ${pack.name}`);
  }
  if (name.startsWith("@parley/")) checkOwn(pack, { name, specifier, services }, report);
  else checkVendor(pack, name, report);
}

/** testkit runs inside vitest, which belongs to the repository and not to a package. */
function vitestInTestkit(pack, name) {
  return pack.folder === "testkit" && name === "vitest";
}

function checkOwn(pack, { name, specifier, services }, report) {
  const rest = specifier.slice(name.length);
  if (rest !== "" && rest !== "/package.json")
    report("deep", `"${specifier}" reaches into a package; import "${name}"`);
  if (name === pack.name) {
    report("self", `"${specifier}" is this package itself; import the file`);
    return;
  }
  const short = name.slice("@parley/".length);
  if (services.has(name)) {
    if (pack.area !== "services") report("graph", `a library must not import the service ${short}`);
    else if (pack.folder !== COMPOSITION) {
      report("service", `${pack.folder} imports the service ${short}; services share contracts only`);
    }
    return;
  }
  if (pack.area !== "services") {
    const allowed = LIBRARY_IMPORTS[pack.folder];
    if (allowed === undefined)
      report("graph", `${pack.area}/${pack.folder} has no line in the import graph (rules.mjs)`);
    else if (!allowed.includes(short)) report("graph", `${pack.area}/${pack.folder} must not import ${short}`);
    return;
  }
  const general = pack.folder === COMPOSITION && short !== "testkit" ? undefined : SERVICE_REFUSALS["*"][short];
  const why = SERVICE_REFUSALS[pack.folder]?.[short] ?? general;
  if (why !== undefined) report("graph", `services/${pack.folder} must not import ${short}: ${why}`);
}

function checkVendor(pack, name, report) {
  const vendor = VENDORS.find((candidate) => candidate.name.test(name));
  if (vendor === undefined || vendor.allowed.includes(`${pack.area}/${pack.folder}`)) return;
  report("vendor", `"${name}" is used in ${vendor.allowed.join(" and ")} only`);
}

function checkPurity(source, report) {
  const { code } = scanSource(source);
  for (const { what, pattern } of IMPURE) {
    for (const match of code.matchAll(pattern)) {
      report(lineAt(source, match.index), "purity", `the engine must not know ${what}`);
    }
  }
}

function main() {
  const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../..");
  const { violations, notes } = checkBoundaries(root);
  const print = (stream, { file, line, rule, message }) => stream.write(`${file}:${line}  ${rule}: ${message}\n`);
  for (const note of notes) print(process.stdout, { ...note, rule: `note, ${note.rule}` });
  for (const violation of violations) print(process.stderr, violation);
  if (violations.length > 0) process.stderr.write(`\n${violations.length} boundary violation(s)\n`);
  else process.stdout.write("boundaries: ok\n");
  return violations.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exitCode = main();
