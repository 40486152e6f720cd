import { secretLikeNames, secretOf } from "../secret-reference.js";
import type { Issue } from "./issue.js";
import { isRecord, type Path, recordOf } from "./outline.js";

interface Place {
  path: Path;
  text: string;
  secrets: string[];
}

/**
 * Issues of the secrets that a document names: an error where one is not allowed, a warning for one that its agent does not have. `known`:
 * the names of the agent's secrets; null = the agent of the document is not known. Separate from `validateDocument`, so that versions older
 * than secrets continue to work.
 */
export function checkSecrets(document: unknown, known: ReadonlySet<string> | null): Issue[] {
  return placesOf(document).flatMap((place) => [
    ...misplaced(place),
    ...place.secrets.flatMap((name) => unknown(place, name, known)),
  ]);
}

/** The secrets that a document names in allowed places. */
export const secretNames = (document: unknown): string[] => [
  ...new Set(
    placesOf(document)
      .filter((place) => misplaced(place).length === 0)
      .flatMap(({ secrets }) => secrets.flatMap((name) => secretOf(name) ?? [])),
  ),
];

function unknown({ path }: Place, name: string, known: ReadonlySet<string> | null): Issue[] {
  const secret = secretOf(name);
  if (secret === null) {
    const message = `{{${name}}} names no secret: a letter, then letters, digits, _ and -, 64 at most`;
    return [{ path, code: "bad_secret", message, severity: "error" }];
  }
  if (known === null || known.has(secret)) return [];
  const message = `the agent has no secret ${secret}; the version cannot go live before it has`;
  return [{ path, code: "unknown_secret", message, severity: "warning" }];
}

/** Elsewhere it would be shown, stored or sent to a model; in a host name it would be sent to name servers. */
function misplaced({ path, text }: Place): Issue[] {
  const [, , , part, field, name] = path;
  const isCall = path[1] === "nodes" && part === "api_call";
  const stands =
    isCall && field === "url"
      ? secretLikeNames(/^[^:]*:\/\/[^/?#]*/.exec(text)?.[0] ?? text).length === 0
      : (isCall && (field === "headers" || field === "query_params") && typeof name === "string") ||
        (path[1] === "webhook" && path[2] === "auth" && (part === "token" || part === "secret"));
  if (stands) return [];
  const message = "a secret stands only in headers, path and query of an api_call, and in the auth of the webhook";
  return [{ path, code: "misplaced_secret", message, severity: "error" }];
}

function placesOf(document: unknown): Place[] {
  const given = recordOf(document);
  return [...textsBelow(given.agent, ["agent"]), ...textsBelow(given.workflow, ["workflow"])].flatMap((place) => {
    const secrets = secretLikeNames(place.text);
    return secrets.length > 0 ? [{ ...place, secrets }] : [];
  });
}

function textsBelow(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === "string") return value.includes("{{") ? [{ path, text: value }] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsBelow(item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => textsBelow(item, [...path, key]));
}
