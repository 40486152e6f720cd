import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { formatRows } from "../measure/report.js";

/**
 * Reads the CPU profiles of `npm run bench -- --profile DIR` and prints, per process, which functions and which packages used
 * the time: `node --import tsx bench/profile/main.ts DIR [skip seconds] [rows]`. The first seconds (start, compiling) are left out.
 */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const [folder = ".", skipText = "8", rowsText = "20"] = process.argv.slice(2);
const NOT_WORK = new Set(["(idle)", "(root)"]);

/** `@scope/name` of a dependency, the workspace package, `node`, or what V8 calls it. */
function packageOf(url: string, functionName: string): string {
  if (functionName.startsWith("(")) return functionName;
  if (url === "" || url.startsWith("node:")) return url === "" ? "native" : "node";
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency !== undefined) return dependency;
  return /\/((?:libs|services)\/[^/]+)\//.exec(url)?.[1] ?? basename(url);
}

function add(sums: Map<string, number>, key: string, micros: number): void {
  sums.set(key, (sums.get(key) ?? 0) + micros);
}

function table(title: string, sums: Map<string, number>, total: number): string {
  const rows = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, Number(rowsText));
  const cells = rows.map(([name, micros]) => [name, `${((micros / total) * 100).toFixed(1)} %`]);
  return formatRows([[title, "share"], ...cells]);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
  // Written by V8.
  const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as Profile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [functions, packages] = [new Map<string, number>(), new Map<string, number>()];
  let clock = 0;
  let busy = 0;
  for (const [index, id] of profile.samples.entries()) {
    const micros = profile.timeDeltas[index] ?? 0;
    clock += micros;
    const frame = frames.get(id);
    if (clock < Number(skipText) * 1e6 || frame === undefined || NOT_WORK.has(frame.functionName)) continue;
    busy += micros;
    const where = packageOf(frame.url, frame.functionName);
    add(packages, where, micros);
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    const place = where === "node" ? frame.url : where;
    add(functions, where === name ? name : `${name} ${place}:${frame.lineNumber + 1}`, micros);
  }
  process.stdout.write(`\n${file}: ${(busy / 1e6).toFixed(1)} s of work in ${(clock / 1e6).toFixed(0)} s\n\n`);
  process.stdout.write(`${table("package", packages, busy)}\n\n${table("function", functions, busy)}\n`);
}
