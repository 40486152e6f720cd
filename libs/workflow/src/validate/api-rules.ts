import { RESERVED_HEADERS } from "@parley/contracts";
import { parsePath } from "../response-path.js";
import type { Issue } from "./issue.js";
import { isRecord, listOf, type OutlineNode, type Path, type Raw, recordOf, textsOf } from "./outline.js";

const error = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "error" });

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

const HOST = /^(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?$|^\[?[0-9a-f:.]+\]?$/iu;

/** Rules of an `api_call` node, beyond types and ranges. */
export function checkApiCall(node: OutlineNode): Issue[] {
  if (node.type !== "api_call" || !isRecord(node.raw.api_call)) return [];
  const call = node.raw.api_call;
  const path = [...node.path, "api_call"];
  return [
    ...checkUrl(call, path),
    ...checkHeaders(call, path),
    ...checkBody(call, path),
    ...checkExtraction(call, path),
    ...checkHosts(call, path),
  ];
}

export function checkTransfer(node: OutlineNode): Issue[] {
  if (node.type !== "agent_transfer" || typeof node.raw.target_agent_id !== "string") return [];
  if (node.raw.target_agent_id.trim() !== "") return [];
  return [error([...node.path, "target_agent_id"], "missing_field", "name the agent that takes the session over")];
}

/** The URL with a letter in place of each template, as a sample of a filled one; null when it is not a valid URL. */
function sampleUrl(call: Raw): URL | null {
  if (typeof call.url !== "string") return null;
  const sample = call.url.trim().replace(/\{\{[^{}]*\}\}/g, "x");
  return URL.canParse(sample) ? new URL(sample) : null;
}

function checkUrl(call: Raw, path: Path): Issue[] {
  if (typeof call.url !== "string") return [];
  const at = [...path, "url"];
  const url = sampleUrl(call);
  const isWeb = url !== null && /^https?:\/\//i.test(call.url.trim());
  if (!isWeb) return [error(at, "bad_url", "use a whole http or https address")];
  if (url.username !== "" || url.password !== "") {
    return [error(at, "bad_url", "an address carries no user name or password; use a header")];
  }
  return [];
}

function checkHeaders(call: Raw, path: Path): Issue[] {
  return Object.entries(recordOf(call.headers)).flatMap(([name, value]) => {
    const at = [...path, "headers", name];
    if (!TOKEN.test(name)) return [error(at, "bad_header", "not the name of a header")];
    if (RESERVED_HEADERS.includes(name.toLowerCase()))
      return [error(at, "bad_header", "this header is set by the client")];
    if (typeof value === "string" && /[^\t\u0020-\u007E\u00A0-\u00FF]/u.test(value)) {
      return [error(at, "bad_header", "a header has Latin-1 characters only and no line breaks")];
    }
    return [];
  });
}

function checkBody(call: Raw, path: Path): Issue[] {
  const method = call.method ?? "GET";
  if (method !== "GET" || call.body === undefined || call.body === null) return [];
  const message = "a GET call sends no body";
  return [{ path: [...path, "body"], code: "unused_body", message, severity: "warning" }];
}

function checkExtraction(call: Raw, path: Path): Issue[] {
  const seen = new Set<unknown>();
  return listOf(call.response_extraction).flatMap((raw, index) => {
    const entry = recordOf(raw);
    const at = [...path, "response_extraction", index];
    const issues: Issue[] = [];
    if (typeof entry.path === "string" && entry.path !== "" && parsePath(entry.path) === null) {
      issues.push(error([...at, "path"], "bad_path", "use field names and array indices with dots between"));
    }
    if (entry.variable_name !== undefined && seen.has(entry.variable_name)) {
      issues.push(error([...at, "variable_name"], "duplicate_id", "the node names this variable twice"));
    }
    seen.add(entry.variable_name);
    return issues;
  });
}

function checkHosts(call: Raw, path: Path): Issue[] {
  return textsOf(call.allowed_hosts).flatMap((host, index) =>
    HOST.test(host.trim())
      ? []
      : [error([...path, "allowed_hosts", index], "bad_host", "use host names, with *. in front for all below one")],
  );
}
