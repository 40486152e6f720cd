import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Ends {
  /** Services that call, publish or write the fact to the outbox. */
  from: string[];
  /** Services that serve, work or listen. */
  to: string[];
}

const RECEIVES = /(?:\.\s*(?:serve|work|listen|listenLive)\s*\(|\bwatchFollowed\([\w.]+,)\s*(?:contracts\s*\.\s*)?$/;
const IMPORT = /\bimport\s+(type\s+)?(?:\{([^}]*)\}|\*\s+as\s+(\w+))\s+from\s+"@parley\/contracts";?/g;

/**
 * Senders and receivers of each message, read from the sources of the services: a contract handed to serve, work or listen
 * is received, any other mention outside of types sends it.
 * @param contracts exported name of each contract → its subject
 */
export function busEnds(root: string, contracts: Map<string, string>): Map<string, Ends> {
  const found = new Map<string, { from: Set<string>; to: Set<string> }>();
  for (const name of contracts.keys()) found.set(name, { from: new Set(), to: new Set() });
  // The one process of all services speaks as whichever of them it is.
  const services = readdirSync(join(root, "services")).filter((service) => service !== "standalone");
  for (const service of services.sort()) {
    for (const source of sourcesIn(join(root, "services", service, "src"), ".ts")) {
      for (const { name, receives } of mentions(source, contracts)) {
        found.get(name)?.[receives ? "to" : "from"].add(service);
      }
    }
  }
  addFactsOfTheDatabase(root, contracts, found);
  return new Map([...found].map(([name, { from, to }]) => [name, { from: [...from].sort(), to: [...to].sort() }]));
}

function* mentions(source: string, contracts: Map<string, string>): Generator<{ name: string; receives: boolean }> {
  const code = withoutComments(source);
  const body = code.replace(IMPORT, (text) => " ".repeat(text.length));
  for (const [local, name] of localNames(code, contracts)) {
    for (const match of body.matchAll(new RegExp(`(?<![\\w$])${local.replace(".", "\\s*\\.\\s*")}(?![\\w$])`, "g"))) {
      const before = body.slice(Math.max(0, match.index - 80), match.index);
      if (/\btypeof\s+$/.test(before)) continue;
      if (!local.includes(".") && /\.\s*$/.test(before)) continue;
      yield { name, receives: RECEIVES.test(before) };
    }
  }
}

/** What a file calls the contracts it imports: `name`, `alias` or `contracts.name`. */
function localNames(code: string, contracts: Map<string, string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, isType, list, namespace] of code.matchAll(IMPORT)) {
    if (isType !== undefined) continue;
    if (namespace !== undefined) for (const name of contracts.keys()) names.set(`${namespace}.${name}`, name);
    for (const entry of list?.split(",") ?? []) {
      const [name = "", alias = name] = entry.trim().split(/\s+as\s+/);
      if (contracts.has(name)) names.set(alias, name);
    }
  }
  return names;
}

/** Events that a database function writes to the outbox; the service that publishes the outbox is not their sender. */
function addFactsOfTheDatabase(
  root: string,
  contracts: Map<string, string>,
  found: Map<string, { from: Set<string>; to: Set<string> }>,
): void {
  for (const sql of sourcesIn(join(root, "libs/db/functions"), ".sql")) {
    if (!/\b(?:emit|escalation)_fact\(/.test(sql)) continue;
    for (const [name, subject] of contracts) {
      if (sql.includes(`'${subject}'`)) found.get(name)?.from.add("database (outbox)");
    }
  }
}

function sourcesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/(^|\s)\/\/.*$/gm, "$1");
}
