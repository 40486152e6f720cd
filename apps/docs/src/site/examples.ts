import { resolve } from "./schemas.js";
import type { OpenApi, Operation, Schema } from "./sources.js";

/** A call as its three programs make it. */
export interface ExampleCall {
  method: string;
  /** Path and query; `{name}` stands for what the reader puts in. */
  target: string;
  /** How the caller shows who it is: a bearer token from a variable, a signature, or not at all. */
  by: { token: string } | "signature" | null;
  body?: unknown;
}

/** What stands in an address for its parameter; the rest is a variable of the environment. */
const KNOWN: Record<string, string> = { agent: "clinic-desk", email: "ann@example.com" };
const FORMATS: Record<string, string> = {
  uuid: "01980000-0000-7000-8000-000000000001",
  email: "ann@example.com",
  uri: "https://example.com",
  "date-time": "2030-01-31T09:00:00Z",
  date: "2030-01-31",
};

/** The call that an operation documents, with a body that its schema takes; null for uploads. */
export function exampleCall(api: OpenApi, path: string, method: string, operation: Operation): ExampleCall | null {
  const content = operation.requestBody?.content;
  if (content !== undefined && content["application/json"] === undefined) return null;
  const json = content?.["application/json"];
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query" && parameter.required);
  const asked = query.map(
    ({ name, schema: of }) => `${name}=${encodeURIComponent(KNOWN[name] ?? String(exampleValue(api, of)))}`,
  );
  return {
    method: method.toUpperCase(),
    target:
      path.replace(/\{(\w+)\}/g, (whole, name: string) => KNOWN[name] ?? whole) +
      (asked.length === 0 ? "" : `?${asked.join("&")}`),
    by: callerOf(path, operation),
    ...(json === undefined ? {} : { body: json.example ?? exampleValue(api, json.schema ?? {}) }),
  };
}

/** Calls of visitors before they have a session. */
const OPENS = /^\/api\/public\/(link|embed|challenge|sessions|verify|resume)\/|^\/chat\/conversations$/;

function callerOf(path: string, { security = [], tags = [] }: Operation): ExampleCall["by"] {
  if (security.some((scheme) => "token" in scheme)) return { token: "PARLEY_TOKEN" };
  if (security.some((scheme) => "hmac" in scheme)) return "signature";
  const isOpen = OPENS.test(path) || tags.includes("operations") || tags.includes("sign-in");
  return isOpen ? null : { token: "SESSION_TOKEN" };
}

/** A value that a schema takes: its own example, or the least that is required. */
function exampleValue(api: OpenApi, given: Schema): unknown {
  const schema = resolve(api, given);
  const own = [schema.examples?.[0], given.examples?.[0], schema.const, schema.enum?.[0], schema.default];
  const said = own.find((value) => value !== undefined);
  if (said !== undefined) return said;
  const [variant] = schema.anyOf ?? schema.oneOf ?? [];
  if (variant !== undefined && schema.properties === undefined) return exampleValue(api, variant);
  const [type] = [schema.type].flat();
  if (type === "array") return schema.minItems ? [exampleValue(api, schema.items ?? {})] : [];
  if (type === "object" || schema.properties !== undefined) return exampleObject(api, schema);
  if (type === "integer" || type === "number") return Math.max(schema.minimum ?? 1, 1);
  if (type === "boolean") return true;
  if (type === "string") return FORMATS[schema.format ?? ""] ?? "text".padEnd(schema.minLength ?? 0, "-");
  return type === "null" ? null : {};
}

function exampleObject(api: OpenApi, { properties = {}, required = [] }: Schema): unknown {
  // Where nothing is required, something is: an empty change says nothing to a reader.
  const shown = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(shown.map((name) => [name, exampleValue(api, properties[name] ?? {})]));
}

const variableOf = (parameter: string): string => parameter.toUpperCase();
const indented = (body: unknown): string => JSON.stringify(body, null, 2);

/** The call in the shell. */
export function curlExample({ method, target, by, body }: ExampleCall): string {
  const path = target.replace(/\{(\w+)\}/g, (_, name: string) => `$${variableOf(name)}`);
  const text = body === undefined ? "" : indented(body).replaceAll("'", "'\\''");
  const json = body === undefined ? [] : ["-H 'Content-Type: application/json'"];
  const verb = method === "GET" ? [] : [`-X ${method}`];
  if (by !== "signature") {
    const who = by === null ? [] : [`-H "Authorization: Bearer $${by.token}"`];
    const data = body === undefined ? [] : [`-d '${text}'`];
    return [`curl -s ${[...verb, `"$PARLEY_URL${path}"`].join(" ")}`, ...who, ...json, ...data].join(" \\\n  ");
  }
  return [
    `TARGET="${path}"`,
    `BODY='${text}'`,
    "TIMESTAMP=$(date +%s)",
    `HASH=$(printf %s "$BODY" | openssl dgst -sha256 | sed 's/^.* //')`,
    `SIGNATURE=$(printf %s "\${TIMESTAMP}${method}$TARGET$HASH" | openssl dgst -sha256 -hmac "$PARLEY_KEY" | sed 's/^.* //')`,
    [
      `curl -s ${[...verb, '"$PARLEY_URL$TARGET"'].join(" ")}`,
      '-H "X-Timestamp: $TIMESTAMP" -H "X-Signature: $SIGNATURE"',
      ...json,
      ...(body === undefined ? [] : ['-d "$BODY"']),
    ].join(" \\\n  "),
  ].join("\n");
}

/** The call in Node, without any package. */
export function nodeExample({ method, target, by, body }: ExampleCall): string {
  const path = target.replace(/\{(\w+)\}/g, (_, name: string) => `\${process.env.${variableOf(name)}}`);
  const headers = body === undefined ? [] : [`"Content-Type": "application/json"`];
  const lines: string[] = [];
  if (by === "signature") {
    lines.push('import { createHash, createHmac } from "node:crypto";', "");
    headers.unshift('"X-Timestamp": timestamp', '"X-Signature": signature');
  } else if (by !== null) headers.unshift(`Authorization: \`Bearer \${process.env.${by.token}}\``);
  lines.push(`const target = \`${path}\`;`);
  if (body !== undefined) lines.push(`const body = JSON.stringify(${indented(body)});`);
  if (by === "signature")
    lines.push(
      "const timestamp = String(Math.floor(Date.now() / 1000));",
      `const hash = createHash("sha256").update(${body === undefined ? '""' : "body"}).digest("hex");`,
      `const signed = \`\${timestamp}${method}\${target}\${hash}\`;`,
      'const signature = createHmac("sha256", process.env.PARLEY_KEY).update(signed).digest("hex");',
    );
  const options = [
    ...(method === "GET" ? [] : [`method: "${method}"`]),
    ...(headers.length === 0 ? [] : [`headers: { ${headers.join(", ")} }`]),
    ...(body === undefined ? [] : ["body"]),
  ];
  const given = options.length === 0 ? "" : `, {\n${options.map((option) => `  ${option},`).join("\n")}\n}`;
  lines.push(
    `const answer = await fetch(process.env.PARLEY_URL + target${given});`,
    "console.log(answer.status, await answer.text());",
  );
  return lines.join("\n");
}

/** The call in Python, with its standard library. */
export function pythonExample({ method, target, by, body }: ExampleCall): string {
  const path = target.replace(/\{(\w+)\}/g, (_, name: string) => `{os.environ['${variableOf(name)}']}`);
  const imports = [
    ...(by === "signature" ? ["hashlib", "hmac"] : []),
    ...(body === undefined ? [] : ["json"]),
    "os",
    ...(by === "signature" ? ["time"] : []),
    "urllib.request",
  ];
  const headers = body === undefined ? [] : ['"Content-Type": "application/json"'];
  const lines = [...imports.map((name) => `import ${name}`), "", `target = ${path === target ? "" : "f"}"${path}"`];
  if (body !== undefined) lines.push(`body = json.dumps(${pythonValue(body)}).encode()`);
  if (by === "signature") {
    headers.unshift('"X-Timestamp": timestamp', '"X-Signature": signature');
    lines.push(
      "timestamp = str(int(time.time()))",
      `hash = hashlib.sha256(${body === undefined ? 'b""' : "body"}).hexdigest()`,
      `signed = f"{timestamp}${method}{target}{hash}"`,
      'signature = hmac.new(os.environ["PARLEY_KEY"].encode(), signed.encode(), hashlib.sha256).hexdigest()',
    );
  } else if (by !== null) headers.unshift(`"Authorization": f"Bearer {os.environ['${by.token}']}"`);
  const options = [
    'os.environ["PARLEY_URL"] + target',
    ...(body === undefined ? [] : ["body"]),
    ...(headers.length === 0 ? [] : [`${body === undefined ? "headers=" : ""}{${headers.join(", ")}}`]),
    `method="${method}"`,
  ];
  lines.push(
    `request = urllib.request.Request(${options.join(", ")})`,
    "with urllib.request.urlopen(request) as answer:",
    "    print(answer.status, answer.read().decode())",
  );
  return lines.join("\n");
}

/** A JSON value as Python writes it. */
function pythonValue(value: unknown, indent = ""): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const entries = Array.isArray(value)
    ? value.map((item) => pythonValue(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonValue(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return open + close;
  return `${open}\n${entries.map((entry) => `${inner}${entry},\n`).join("")}${indent}${close}`;
}
