import { curlExample, exampleCall, nodeExample, pythonExample } from "./examples.js";
import { escapeHtml, headingId } from "./html.js";
import { codeBlock, inlineMarkdown, type Page } from "./markdown.js";
import { fieldRow, fieldsTable, table, typeHtml } from "./schemas.js";
import type { OpenApi, Operation, Schema } from "./sources.js";

/** Surfaces whose calls belong together whatever noun they name. */
const SURFACES: [RegExp, string][] = [
  [/^\/api\/chat\//, "Server-to-server chat"],
  [/^\/api\/public\//, "Public chat"],
  [/^\/(chat|ws)\//, "Widget channel"],
  [/^\/api\/sign-in\//, "Sign-in"],
  [/^\/mcp/, "MCP"],
  [/^\/(health|ready)|^\/api\/(caches|client-address|dev|dead-letters|key-rotation)/, "Operations"],
];
/** Nouns below an agent that a reader looks for under another name. */
const OF_AGENTS: Record<string, string> = { "access-policy": "Access", "access-requests": "Access" };
const INSIDE_AGENTS = new Set(["versions", "import", "export", "validate", "bulk-import", "gate-overrides"]);

/** The resource that a path is about: `Public links`, `Webhooks`. */
function resourceOf(path: string): string {
  const surface = SURFACES.find(([pattern]) => pattern.test(path));
  if (surface !== undefined) return surface[1];
  const [, , noun = "", first = "", second = ""] = path.split("/");
  const part = noun === "agents" && first.startsWith("{") ? second : "";
  if (noun === "agents" && (part === "" || INSIDE_AGENTS.has(part))) return "Agents";
  return OF_AGENTS[part] ?? sentenceCase(part === "" ? noun : part);
}

const sentenceCase = (noun: string): string => noun.charAt(0).toUpperCase() + noun.slice(1).replaceAll("-", " ");

/** The reference: a page for each resource, and one with all named schemas. */
export function referencePages(api: OpenApi): Page[] {
  const resources = new Map<string, [string, string, Operation][]>();
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const calls = resources.get(resourceOf(path)) ?? [];
      resources.set(resourceOf(path), [...calls, [path, method, operation]]);
    }
  const pages = [...resources]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([title, calls]) => ({
      path: `reference/${headingId(title)}`,
      title,
      html: `<h1>${escapeHtml(title)}</h1>${calls.map(([path, method, operation]) => callHtml(api, path, method, operation)).join("")}`,
      headings: calls.map(([path, method, operation]) => ({
        id: callId(path, method),
        text: titleOf(path, operation),
      })),
    }));
  return [...pages, schemasPage(api)];
}

const callId = (path: string, method: string): string => `${method}-${headingId(path.replaceAll("/", " ").trim())}`;
const titleOf = (path: string, { summary }: Operation): string => summary ?? path;

/** Where parameters stand, in the order in which a reader meets them. */
const PLACES = ["path", "query", "header"] as const;

function callHtml(api: OpenApi, path: string, method: string, operation: Operation): string {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const ordered = PLACES.flatMap((place) => (operation.parameters ?? []).filter((parameter) => parameter.in === place));
  const parameters = ordered.map(({ name, schema, required, description }) =>
    fieldRow(name, schema, { required: required === true, ...(description === undefined ? {} : { description }) }),
  );
  const part = (heading: string, html: string): string => (html === "" ? "" : `<h3>${heading}</h3>${html}`);
  return [
    `<section class="call"><h2 id="${callId(path, method)}">${escapeHtml(titleOf(path, operation))}</h2>`,
    `<p class="route"><b>${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code></p>`,
    operation.description === undefined ? "" : `<p>${inlineMarkdown(operation.description)}</p>`,
    `<p class="callers">${callers(operation)}</p>`,
    part("Parameters", parameters.length === 0 ? "" : table(["name", "type", "what it is"], parameters)),
    body === undefined ? "" : part(`Body ${nameOf(body)}`, fieldsTable(api, body)),
    part("Answers", answersHtml(api, operation)),
    examplesHtml(api, path, method, operation),
    "</section>",
  ].join("");
}

const nameOf = (schema: Schema): string => (schema.$ref === undefined ? "" : `<small>${typeHtml(schema)}</small>`);

const SCHEMES: Record<string, string> = {
  token: "a management token (<code>Authorization: Bearer ak_…</code>) or the console's cookie",
  hmac: 'a <a href="/docs/keys">signed request</a>',
  session: "a session token (<code>Authorization: Bearer ps_…</code>) or the cookie of the link",
};

function callers({ security = [] }: Operation): string {
  const names = security.flatMap((scheme) => Object.keys(scheme)).map((name) => SCHEMES[name] ?? name);
  return names.length === 0
    ? "Called by anybody, or with the token of the visitor."
    : `Called with ${names.join(", or ")}.`;
}

function answersHtml(api: OpenApi, { responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, { content = {} }]) => {
    const [type, { schema } = {}] = Object.entries(content)[0] ?? [];
    const held =
      schema === undefined ? (type === undefined ? "no body" : `<code>${escapeHtml(type)}</code>`) : typeHtml(schema);
    const said = /^[45]/.test(status) ? `${held}; <a href="/docs/errors">all errors</a>` : held;
    return `<tr><td><code>${escapeHtml(status)}</code></td><td>${said}</td></tr>`;
  });
  const own = Object.values(responses).flatMap(({ content = {} }) => Object.values(content));
  const unnamed = own.find(({ schema }) => schema?.properties !== undefined)?.schema;
  return table(["status", "body"], rows) + (unnamed === undefined ? "" : fieldsTable(api, unnamed));
}

/** The same call in the shell, in Node and in Python; uploads have theirs in the guide of files. */
function examplesHtml(api: OpenApi, path: string, method: string, operation: Operation): string {
  const call = exampleCall(api, path, method, operation);
  if (call === null || path.startsWith("/ws/")) return "";
  const id = escapeHtml(callId(path, method));
  const shown: [string, string, string][] = [
    ["curl", "sh", curlExample(call)],
    ["Node", "js", nodeExample(call)],
    ["Python", "python", pythonExample(call)],
  ];
  return `<h3>Example</h3><div class="examples">${shown
    .map(
      ([name, language, text]) =>
        `<details name="${id}"${name === "curl" ? " open" : ""}><summary>${name}</summary>${codeBlock(text, language)}</details>`,
    )
    .join("")}</div>`;
}

function schemasPage(api: OpenApi): Page {
  const names = Object.keys(api.components.schemas).sort();
  const section = (name: string): string => {
    const schema = api.components.schemas[name] ?? {};
    const sentence = schema.description === undefined ? "" : `<p>${inlineMarkdown(schema.description)}</p>`;
    return `<section><h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>${sentence}${fieldsTable(api, schema)}</section>`;
  };
  return {
    path: "reference/schemas",
    title: "Schemas",
    html: `<h1>Schemas</h1><p>Every named body and answer. <code>…Input</code> is what a call takes.</p>${names.map(section).join("")}`,
    headings: [],
  };
}
