import { agentSecretBody } from "@parley/contracts";
import type { Issue } from "@parley/workflow";
import { type SecretPlace, withSecrets } from "../../documents/document-secrets.js";
import { MAX_SECRETS } from "./repository.js";

/** A decrypted secret of an agent: its value and the hosts it may be sent to. */
export interface SecretValue {
  value: string;
  hosts: readonly string[];
}
export interface TakenSecret extends SecretValue {
  name: string;
}
export interface TakenOut {
  /** The document with secret names in place of the extracted values; unchanged when there were none. */
  document: unknown;
  /** The extracted secrets that the agent does not have yet. */
  taken: TakenSecret[];
  issues: Issue[];
}

/** The scheme stays in the header; what follows it is the secret. */
const SCHEME = /^((?:bearer|basic|token|apikey|key) +)(?=\S)/i;
const TEMPLATE = /\{\{[^{}]*\}\}/g;
const MAX_NAME = 56;

/**
 * Replaces literal secret values in a document with names of agent secrets: a single copy remains, which can be changed without a new
 * version and is sent to no other host. A value never overwrites a different value of the same name, because live versions may use it.
 * `known`: the agent's secrets; null = the caller may not set any, so each value stays in place and is reported. Equal documents get
 * equal names, so that test results stay valid for their content.
 */
export function takeOutSecrets(document: unknown, known: ReadonlyMap<string, SecretValue> | null): TakenOut {
  const taken: TakenSecret[] = [];
  const issues: Issue[] = [];
  let isChanged = false;
  const tell = (place: SecretPlace, code: string, message: string): void =>
    void issues.push({ path: place.keys, code, message, severity: "warning" });
  const replaced = withSecrets(document, (whole, place) => {
    if (whole.replace(SCHEME, "").replace(TEMPLATE, "").trim() === "") return whole;
    const scheme = SCHEME.exec(whole)?.[0] ?? "";
    const found = secretAt(whole.slice(scheme.length), place);
    if (known === null || found === null) {
      const why = found === null ? "no secret can stand for it here" : "an admin's import takes it out";
      tell(place, "literal_secret", `a value that should be a secret of the agent; it is kept sealed: ${why}`);
      return whole;
    }
    const all = new Map<string, SecretValue>([...known, ...taken.map((one) => [one.name, one] as const)]);
    const name = nameFor(found, all);
    if (!all.has(name) && all.size >= MAX_SECRETS) {
      tell(place, "literal_secret", "a value that should be a secret of the agent, which has no room for another");
      return whole;
    }
    isChanged = true;
    if (!all.has(name)) taken.push({ name, value: found.value, hosts: [found.host] });
    tell(place, "secret_taken_out", `the value is kept as {{secret.${name}}}, which is sent to ${found.host}`);
    return `${scheme}{{secret.${name}}}`;
  });
  return { document: isChanged ? replaced : document, taken, issues };
}

interface Found {
  base: string;
  value: string;
  host: string;
}

/** Null where no reference is allowed, where the host contains variables, and for what is not a secret value. */
function secretAt(value: string, { keys, path, server }: SecretPlace): Found | null {
  const [root, part, , call, field] = keys;
  const isHeader = root === "workflow" && part === "nodes" && call === "api_call" && field === "headers";
  const isAuth =
    root === "workflow" && part === "webhook" && keys[2] === "auth" && /^(token|secret)$/.test(String(call));
  const host = hostOf(server);
  if ((!isHeader && !isAuth) || value.includes("{{") || host === null) return null;
  if (!agentSecretBody.safeParse({ value, hosts: [host] }).success) return null;
  const names = path.split("/");
  return { base: secretNameOf([(isAuth ? "webhook" : names[3]) ?? "", names.at(-1) ?? ""]), value, host };
}

function hostOf(server: string): string | null {
  if (server.includes("{{") || !URL.canParse(server)) return null;
  return new URL(server).hostname || null;
}

function secretNameOf(parts: string[]): string {
  const name = parts.map((part) => part.toLowerCase().replace(/[^a-z0-9]+/g, "_")).join("_");
  return `${/^[a-z]/.test(name) ? "" : "s"}${name}`.slice(0, MAX_NAME);
}

/** The secret that has this value for this host already, else the first free name. */
function nameFor({ base, value, host }: Found, all: ReadonlyMap<string, SecretValue>): string {
  const same = [...all].find(([, one]) => one.value === value && one.hosts.includes(host));
  if (same) return same[0];
  let name = base;
  for (let n = 2; all.has(name); n += 1) name = `${base}_${n}`;
  return name;
}
