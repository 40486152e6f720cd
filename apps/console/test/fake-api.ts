import type { IncomingMessage, ServerResponse } from "node:http";
import { problem, readBody, sendJson, servePage } from "@parley/web-kit/testing";
import { alertRoutesOf } from "./fake-alerts.js";
import type { FakeApi, Handler } from "./fake-contract.js";
import { inboxRoutesOf } from "./fake-inbox.js";
import { knowledgeRoutesOf } from "./fake-knowledge.js";
import { linkRoutesOf } from "./fake-links.js";
import { FakeLive } from "./fake-live.js";
import { numberRoutesOf } from "./fake-numbers.js";
import { sendingRoutesOf } from "./fake-sending.js";
import { traceRoutesOf } from "./fake-trace.js";
import { workbenchRoutesOf } from "./fake-workbench.js";
import {
  agentRow,
  documentRow,
  identityRow,
  linkRow,
  listedSession,
  type Row,
  sessionRow,
  templateRow,
  testedRow,
  versionRow,
} from "./rows.js";

export const TOKEN = "ak_abcdefghijkl_0123456789ABCDEFGHIJKLMNOPQRSTUVabcdef";
/** As `services/gateway/src/pages/console.ts` sends it. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types dompurify parley-push-worker",
  "frame-src 'self'",
].join("; ");

/** As `chat-page.ts` beside it does. */
const CHAT_CSP = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace("; frame-src 'self'", "");

/** Starts the server on a free port. `dist` is the built console, `chat` the built chat page, which previews frame. */
export async function startFakeApi(dist: string, chat: string): Promise<FakeApi> {
  const server = await servePage({
    dist,
    assets: "/assets/console/",
    framed: { at: "/public/chat", dist: chat, assets: "/assets/chat/", csp: CHAT_CSP },
    csp: () => CSP,
    api: (request, response, target) => handle(request, response, target),
  });
  const { url } = server;
  const api: FakeApi = {
    url,
    agents: [agentRow({})],
    versions: [versionRow({ version: 2, notes: "Shorter greeting", active: true }), versionRow({})],
    links: [linkRow({})],
    sessions: [sessionRow({})],
    documents: [documentRow({})],
    ingesting: [],
    templates: [templateRow({})],
    deliveries: [],
    webhookDeliveries: [],
    recipients: [],
    suppressions: [],
    messageTemplates: [],
    alerts: [],
    firings: [],
    deadLetters: [],
    securityEvents: [],
    people: {
      ...{ hours: null, reply_minutes: null, fallback_minutes: null, notify: { emails: [], chat_urls: [] } },
      ...{ open_now: true, next_open_at: null, updated_at: null },
    },
    policy: { mode: "open", allowed_emails: [], links_enabled: true, notify_email: null, updated_at: null },
    requests: [],
    escalations: [],
    notes: [],
    reviews: {},
    savedReplies: [],
    mails: null,
    users: [],
    tenants: [],
    analytics: {},
    secrets: [],
    draft: null,
    identity: identityRow(),
    who: {
      via: "token",
      role: "owner",
      tenant: { id: "0198a000-0000-7000-8000-000000000000", name: "Acme" },
      user: null,
    },
    comments: [],
    demoWeek: { state: "none", sessions: 0, links: [] },
    system: {},
    live: new FakeLive(),
    traced: [],
    tested: { passed: false, tests: [] },
    gate: null,
    refuse: {},
    hold: null,
    seen: [],
    close: server.close,
  };
  const routes = {
    ...routesOf(api),
    ...inboxRoutesOf(api),
    ...linkRoutesOf(api),
    ...sendingRoutesOf(api),
    ...alertRoutesOf(api),
    ...knowledgeRoutesOf(api),
    ...traceRoutesOf(api),
    ...workbenchRoutesOf(api),
    ...numberRoutesOf(api),
  };

  async function handle(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> {
    const body = await bodyOf(request);
    const { call, parts } = nameOf(request.method ?? "GET", target.pathname);
    api.seen.push({ call, query: target.searchParams, headers: request.headers, body });
    if (api.hold) await api.hold;
    const open = parts.length > 0 && target.pathname.startsWith("/api/sign-in/");
    if (!open && request.headers.authorization !== `Bearer ${TOKEN}`) {
      const detail = "The access token is missing, wrong or expired.";
      return problem(response, { status: 401, code: "invalid_token", detail });
    }
    const refusal = api.refuse[call];
    if (refusal) return problem(response, refusal);
    if (call === "GET /events") return api.live.follow(response);
    const watched = api.sessions.find((row) => row.session_id === parts[0]);
    if (call === "GET /sessions/:/live" && watched) return api.live.accept(watched, request, response);
    const route = routes[call];
    if (!route) return problem(response, { status: 404, code: "not_found", detail: `no fake for ${call}` });
    const [status, answer] = route({ parts, query: target.searchParams, body });
    if (typeof answer === "string") {
      response.writeHead(status, { "content-type": "image/svg+xml; charset=utf-8" });
      return void response.end(answer);
    }
    sendJson(response, status, answer);
  }
  return api;
}

/** `GET /api/agents/ivy/versions` → `GET /agents/:/versions` and `["ivy"]`. */
function nameOf(method: string, path: string): { call: string; parts: string[] } {
  const segments = path.split("/").slice(2).map(decodeURIComponent);
  const isName = (index: number): boolean => index % 2 === 1;
  return {
    call: `${method} /${segments.map((segment, index) => (isName(index) ? ":" : segment)).join("/")}`,
    parts: segments.filter((_, index) => isName(index)),
  };
}

function routesOf(api: FakeApi): Record<string, Handler> {
  const missing: [number, unknown] = [404, { detail: "No such object." }];
  const page = (data: Row[]): [number, unknown] => [200, { data, next_cursor: null }];
  const one = (rows: Row[], key: string, value: string | undefined): [number, unknown] => {
    const found = rows.find((row) => row[key] === value);
    return found ? [200, found] : missing;
  };
  const agentOf = (name: string | undefined) => api.agents.find((row) => row.slug === name || row.id === name);
  const closed = (body: Row): boolean => api.gate !== null && body.override_reason === undefined;
  return {
    "GET /agents": () => page(api.agents),
    "GET /agents/:": ({ parts }) => (agentOf(parts[0]) ? [200, agentOf(parts[0])] : missing),
    "GET /agents/:/versions": () => page(api.versions),
    "GET /tokens": () => page([]),
    "GET /users": () => page(api.users),
    "POST /agents/:/versions/:/activate": ({ parts, body }) => {
      if (closed(body)) return [409, api.gate];
      for (const row of api.versions) row.active = String(row.version) === parts[1];
      return [200, agentOf(parts[0])];
    },
    "POST /agents/:/versions/:/test": ({ parts }) => {
      if (api.tested.passed === true) api.gate = null;
      return [200, { version: Number(parts[1]), ...testedRow(api.tested) }];
    },
    "POST /agents/:": () => [
      200,
      { valid: false, issues: [{ path: ["agent"], code: "x", message: "is missing", severity: "error" }] },
    ],
    "POST /agents/:/import": ({ body }) => {
      if (body.dry_run === true)
        return [200, { status: "validated", agent_id: null, version: null, active: false, issues: [] }];
      if (closed(body)) return [409, api.gate];
      api.versions.unshift(versionRow({ version: 3, notes: body.notes ?? null }));
      return [200, { status: "updated", agent_id: api.agents[0]?.id, version: 3, active: false, issues: [] }];
    },
    "GET /agents/:/export": () => [200, { agent: { name: "Clinic Desk" }, workflow: { nodes: [] }, tests: [] }],
    "GET /agents/:/public-links": () => [200, { data: api.links, next_cursor: null, total: api.links.length }],
    "GET /agents/:/public-links/:": ({ parts }) => one(api.links, "id", parts[1]),
    "POST /agents/:/public-links": ({ body }) => {
      const made = linkRow({ ...body, id: "0198a000-0000-7000-8000-0000000000ff" });
      api.links.unshift(made);
      return [201, { ...made, token: "pl_new", url: `${api.url}/public/chat/pl_new_secret` }];
    },
    "PUT /agents/:/public-links/:": ({ parts, body }) => {
      const row = api.links.find((link) => link.id === parts[1]);
      if (!row) return missing;
      Object.assign(row, body, { status: body.is_active === false ? "inactive" : "active" });
      return [200, row];
    },
    "DELETE /agents/:/public-links/:": ({ parts }) => {
      api.links = api.links.filter((link) => link.id !== parts[1]);
      return [200, { deleted: true, sessions_ended: 2 }];
    },
    "GET /sessions": ({ query }) => {
      const status = query.get("status");
      const state = query.get("state");
      const badly = query.get("went_badly");
      const review = query.get("review");
      const rows = api.sessions
        .map(listedSession)
        .filter((row) => status === null || row.status === status)
        .filter((row) => state === null || row.state === state)
        .filter((row) => badly === null || String(row.went_badly) === badly)
        .filter((row) => review === null || row.review === (review === "due" ? null : review));
      if (query.get("format") === "csv")
        return [200, `session_id\r\n${rows.map((row) => row.session_id).join("\r\n")}`];
      const limit = Number(query.get("limit"));
      const from = Number(query.get("cursor") ?? 0);
      const next = from + limit < rows.length ? String(from + limit) : null;
      return [200, { data: rows.slice(from, from + limit), next_cursor: next }];
    },
    "GET /sessions/:": ({ parts }) => one(api.sessions, "session_id", parts[0]),
    "GET /sessions/:/transcript": ({ parts, query }) => {
      const said = (n: number, role: string, content: string, node: string | null) => ({
        ...{ id: `m-${n}`, turn_id: `c.${n}`, sequence: n, role, content, node_id: node, node_name: node },
        ...{ status: "done", created_at: "2026-01-01T10:00:00.000Z" },
      });
      const messages = [
        said(1, "assistant", "Hello, I'm Nora from the front desk.", "Welcome"),
        said(2, "user", "<img src=x onerror=alert(1)> my name is Ada", null),
        said(3, "assistant", "Thank you, Ada!\nWhat can I do for you?", "Greeting"),
      ];
      if (parts[0] === undefined) return missing;
      const format = query.get("format");
      // The words of the files are the server's: here only that they are taken away as they came.
      if (format !== null && format !== "json") return [200, `${format} of ${parts[0]}: Grüße, "Ada"\r\n`];
      return [200, { session: {}, messages, truncated: false }];
    },
    "POST /sessions/:/end": ({ parts }) => {
      const row = api.sessions.find((session) => session.session_id === parts[0]);
      if (row) Object.assign(row, { status: "completed", end_reason: "owner", ended_at: row.updated_at });
      const ended = {
        success: true,
        conversation_id: row?.conversation_id,
        final_node_id: "bye",
        final_node_name: null,
      };
      return [200, { ...ended, total_turns: 3, total_transitions: 2 }];
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Row> {
  const text = await readBody(request);
  if (text === "") return {};
  // A form is kept as it came.
  return request.headers["content-type"]?.startsWith("multipart/") ? { form: text } : JSON.parse(text);
}
