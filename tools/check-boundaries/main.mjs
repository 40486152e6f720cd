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
  LIBRARY_TYPES,
  LONG_FILES,
  REFUSED_NAMES,
  SERVICE_REFUSALS,
  TEST_PACKAGES,
  TESTS_OUTSIDE,
  TESTS_WITH_SERVICES,
  VENDORS,
} from "./rules.mjs";
import { importsOf, lineAt, namesIn, scanSource } from "./scan-source.mjs";

const CODE = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs)$/;
const MEASURED = /\.(ts|tsx|mts|cts|js|jsx|mjs|cjs|css|sql)$/;

/**
 * Checks every package under `apps`, `libs`, `services` and `tools`.
 * @param {string} root folder of the repository
 * @returns what breaks a rule, each `{file, line, rule, message}` with a path relative to root
 */
export function checkBoundaries(root) {
  const packages = ["apps", "libs", "services", "tools"].flatMap((area) => packagesIn(root, area));
  const services = new Set(packages.filter(({ area }) => area === "services").map(({ name }) => name));
  const testTools = new Set([...TEST_PACKAGES, ...rootTools(root)]);
  const violations = [];
  for (const pack of packages) {
    const used = { src: new Set(), test: new Set() };
    for (const kind of ["src", "test"]) {
      for (const path of filesIn(join(pack.root, kind))) {
        const source = readFileSync(path, "utf8");
        const file = relative(root, path).split(sep).join("/");
        const report = (line, rule, message) => violations.push({ file, line, rule, message });
        checkNames(pack, path, report);
        checkLength(source, { most: FILE_LINES[kind], isException: LONG_FILES.includes(file) }, report);
        // Sheets name packages too.
        for (const [, name] of source.matchAll(/@import "((?:@[^/"]+\/)?[^/"]+)/g)) used[kind].add(name);
        if (!CODE.test(path)) continue;
        for (const name of namesIn(source)) used[kind].add(name);
        for (const { specifier, line, typeOnly } of importsOf(source)) {
          const check = kind === "src" ? checkImport : checkTestImport;
          check({ pack, path, specifier, services, testTools, typeOnly }, (rule, message) =>
            report(line, rule, message),
          );
        }
        if (kind === "src" && pack.folder === "workflow") checkPurity(source, report);
      }
    }
    violations.push(...unusedIn(pack, used));
  }
  return violations;
}

/** Tools of the whole repository, such as vitest: any test may use them. */
function rootTools(root) {
  const manifest = join(root, "package.json");
  return existsSync(manifest) ? Object.keys(JSON.parse(readFileSync(manifest, "utf8")).devDependencies ?? {}) : [];
}

function packagesIn(root, area) {
  const folder = join(root, area);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "package.json")))
    .map((entry) => {
      const text = readFileSync(join(folder, entry.name, "package.json"), "utf8");
      const { name, dependencies, peerDependencies, optionalDependencies, devDependencies, exports, bin } =
        JSON.parse(text);
      // A package without code of its own to offer is a page, one with a command a program: their builds bundle what they need, so dev
      // dependencies count.
      const bundled = exports?.["."] === undefined || bin !== undefined ? devDependencies : {};
      const listed = new Set(
        Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies, ...bundled }),
      );
      const forTests = new Set(Object.keys({ ...devDependencies }).filter((entry) => !listed.has(entry)));
      return { area, folder: entry.name, root: join(folder, entry.name), manifest: text, name, listed, forTests };
    });
}

/** A package that is listed must be named, by an import or as a string to resolve: in `src`, or, as a dev dependency, in `test`. */
function unusedIn(pack, used) {
  const unused = [
    ...[...pack.listed].filter((name) => !used.src.has(name)),
    ...[...pack.forTests].filter((name) => !used.test.has(name)),
  ];
  return unused.map((name) => ({
    file: `${pack.area}/${pack.folder}/package.json`,
    line: lineAt(pack.manifest, pack.manifest.indexOf(`"${name}"`)),
    rule: "unused",
    message: `"${name}" is listed and never used`,
  }));
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
  const parts = relative(pack.root, path).split(sep);
  const stem = basename(path).replace(/\..*$/, "");
  const bad = [...parts.slice(0, -1), stem].find((part) => REFUSED_NAMES.includes(part.toLowerCase()));
  if (bad !== undefined) report(1, "name", `"${bad}" says nothing about its content; name it by its domain`);
}

function checkLength(source, { most, isException }, report) {
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  if (lines > most && !isException) report(lines, "length", `${lines} lines; more than ${most} are not accepted`);
  if (lines <= most && isException) report(lines, "length", `${lines} lines; LONG_FILES needs it no longer`);
}

/** True when a relative import stays in its package; reports it otherwise. */
function checkRelative({ pack, path, specifier }, report) {
  const inside = relative(pack.root, resolve(dirname(path), specifier));
  if (specifier.startsWith("/") || inside === ".." || inside.startsWith(`..${sep}`)) {
    report("relative", `"${specifier}" leaves the package; import the other package by its name`);
  }
}

const isRelative = (specifier) => specifier.startsWith(".") || specifier.startsWith("/");
const isNode = (specifier) => specifier.startsWith("node:") || builtinModules.includes(specifier);
const packageOf = (specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/** Tests may use what their package lists, the tools of all tests, and no service but their own. */
function checkTestImport({ pack, path, specifier, services, testTools }, report) {
  if (isRelative(specifier)) {
    const known = TESTS_OUTSIDE.some((file) => path.endsWith(join("/", file)));
    return known || checkRelative({ pack, path, specifier }, report);
  }
  const name = packageOf(specifier);
  if (isNode(specifier) || testTools.has(name)) return;
  if (services.has(name) && pack.folder !== COMPOSITION && !TESTS_WITH_SERVICES[pack.folder]?.includes(name)) {
    report("service", `a test of ${pack.folder} imports ${name}; put it under tests/`);
  } else if (name !== pack.name && !services.has(name) && !pack.listed.has(name) && !pack.forTests.has(name)) {
    report("unlisted", `"${name}" is not in the package.json of ${pack.name}`);
  }
}

function checkImport({ pack, path, specifier, services, typeOnly }, report) {
  if (isRelative(specifier)) return checkRelative({ pack, path, specifier }, report);
  if (isNode(specifier)) {
    if (pack.folder === "workflow") report("purity", `"${specifier}": the engine knows nothing of Node`);
    return;
  }
  const name = packageOf(specifier);
  if (name !== pack.name && !pack.listed.has(name) && !vitestInTestkit(pack, name)) {
    report("unlisted", `"${name}" is not in the package.json of ${pack.name}`);
  }
  if (name.startsWith("@parley/")) checkOwn(pack, { name, specifier, services, typeOnly }, report);
  else checkVendor(pack, name, report);
}

/** testkit runs inside vitest, which belongs to the repository and not to a package. */
function vitestInTestkit(pack, name) {
  return pack.folder === "testkit" && name === "vitest";
}

function checkOwn(pack, { name, specifier, services, typeOnly }, report) {
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
    if (typeOnly && LIBRARY_TYPES[pack.folder]?.includes(short)) return;
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
  const violations = checkBoundaries(root);
  for (const { file, line, rule, message } of violations)
    process.stderr.write(`${file}:${line}  ${rule}: ${message}\n`);
  if (violations.length > 0) process.stderr.write(`\n${violations.length} boundary violation(s)\n`);
  else process.stdout.write("boundaries: ok\n");
  return violations.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exitCode = main();
