import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { problem, readBody, sendJson, servePage } from "@parley/web-kit/testing";
import { createFakeEntryCheck, type FakeEntryCheck } from "./fake-entry-check.js";
import { createFakeFiles, type FakeFiles } from "./fake-files.js";
import { createFakeSession, type FakeSession, SESSION_COOKIE } from "./fake-session.js";

/**
 * The public API of one link as the chat page sees it, with a switch for each fault the page must survive. The real
 * gateway is tested elsewhere; here the faults must come at exact moments.
 */
export interface FakeApi {
  url: string;
  pageUrl: string;
  link: Record<string, unknown>;
  /** Plays a server of a later release, whose answers hold what this page does not know. */
  laterRelease: boolean;
  /** `GET link` is not answered until the server closes. */
  holdLink: boolean;
  /** Problem that `GET link` answers instead of the link. */
  linkProblem: { status: number; code: string } | null;
  /** Problem that `POST escalate` answers. */
  wishProblem: { status: number; code: string } | null;
  /** Problem that `POST sessions` answers. */
  createProblem: { status: number; code: string } | null;
  /** Problems the next messages get, first one first. */
  sendProblems: { status: number; code: string; retryAfterSeconds?: number }[];
  /** While set, every API call and stream breaks without an answer. */
  down: boolean;
  /** How many of the next event streams are refused with 503. */
  refuseStreams: number;
  /** The next message is accepted but its answer never arrives. */
  loseNextAnswer: boolean;
  /** The next session is made but the answer, with its cookie, never arrives. */
  loseNextCreation: boolean;
  /** The next page of earlier messages is refused. */
  refuseEarlier: boolean;
  /** Bodies of the `POST feedback` calls. */
  ratings: unknown[];
  stops: number;
  /** Wishes for a human. */
  wishes: number;
  /** What `POST typing` was given. */
  typing: unknown[];
  /** Messages that `POST read` named. */
  read: unknown[];
  /** What visitors chose while they waited. */
  choices: Record<string, unknown>[];
  /** How long ago a wish seems to have been made. */
  waitedMinutes: number;
  files: FakeFiles;
  /** What was posted to `rate`, by message. */
  thumbs: { message: string; rating: unknown; text?: string }[];
  /** The next `POST rate` fails. */
  refuseThumb: boolean;
  /** Milliseconds that the next `POST rate` takes. */
  nextThumbMs: number;
  /** PIN, consent, addresses and codes of the link. */
  entryCheck: FakeEntryCheck;
  /** The browser keeps no cookie: the session is known by its token. */
  cookieless: boolean;
  /** The server gives tickets for sockets; a test plays the sockets. */
  hasSockets: boolean;
  tickets: number;
  /** What the page around the panel said of itself. */
  contexts: unknown[];
  /** Of the site around the panel, as they came. */
  identities: string[];
  /** Handles that were given away, by session; of these only are taken back. */
  handles: string[];
  /** Calls that forget the session and end nothing. */
  forgotten: number;
  /** Policy of the page; the product widens it only for a provider of challenges. */
  csp: string;
  session: FakeSession | null;
  sessionsCreated: number;
  /** Idempotency keys of the `POST sessions` calls. */
  creationKeys: string[];
  posts: { clientMessageId: string; message: string; waited: boolean }[];
  streamsOpened: number;
  polls: number;
  /** How far the server's clock is ahead of the visitor's. */
  skewMs: number;
  close(): Promise<void>;
}

const TOKEN = "pl_abcdefghijkl_0123456789ABCDEFGHIJKLMNOPQRSTUVabcdef";
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types dompurify",
].join("; ");

/** Starts the server on a free port. `dist` is the built page. */
export async function startFakeApi(dist: string): Promise<FakeApi> {
  const server = await servePage({
    dist,
    assets: "/assets/chat/",
    csp: () => api.csp,
    api: (request, response, target) => handle(request, response, target),
  });
  const { url } = server;
  const api: FakeApi = {
    url,
    pageUrl: `${url}/public/chat/${TOKEN}`,
    link: {
      title: "Clinic desk",
      description: "Appointments, opening hours and bills.",
      agent_name: "Ivy",
      branding: { colour: "#0f6b60" },
      welcome_message: "Hello! Ask me anything about the clinic.",
      limits: { max_message_length: 4000, max_messages_per_session: 100 },
      require_email: false,
      pin_required: false,
      availability: "available",
      sessions_left: 9,
    },
    laterRelease: false,
    holdLink: false,
    linkProblem: null,
    wishProblem: null,
    createProblem: null,
    sendProblems: [],
    down: false,
    refuseStreams: 0,
    loseNextAnswer: false,
    loseNextCreation: false,
    refuseEarlier: false,
    ratings: [],
    stops: 0,
    wishes: 0,
    typing: [],
    read: [],
    choices: [],
    waitedMinutes: 0,
    files: createFakeFiles(),
    thumbs: [],
    refuseThumb: false,
    nextThumbMs: 0,
    entryCheck: createFakeEntryCheck(),
    cookieless: false,
    hasSockets: false,
    tickets: 0,
    contexts: [],
    identities: [],
    handles: [],
    forgotten: 0,
    csp: CSP,
    session: null,
    sessionsCreated: 0,
    creationKeys: [],
    posts: [],
    streamsOpened: 0,
    polls: 0,
    skewMs: 0,
    close: async () => {
      api.session?.cut();
      await server.close();
    },
  };

  /** Which key an identity was used with. */
  const usedIdentities = new Map<string, string>();
  const routes: Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void> =
    {
      "GET link": (_request, response) => {
        if (api.holdLink) return;
        if (api.linkProblem) return problem(response, api.linkProblem);
        sendJson(response, 200, publicLink(api.link), { checked: !api.laterRelease });
      },
      "GET history": (request, response, target) => {
        if (api.refuseEarlier && target.searchParams.has("cursor")) {
          api.refuseEarlier = false;
          return problem(response, { status: 503, code: "overloaded" });
        }
        const session = owned(request);
        sendJson(
          response,
          200,
          session
            ? { ...session.page(target.searchParams.get("cursor")), session: session.view() }
            : { data: [], next_cursor: null, session: null },
        );
      },
      "POST sessions": async (request, response) => {
        const entry = JSON.parse((await readBody(request)) || "{}");
        const key = String(request.headers["idempotency-key"] ?? "");
        if (api.createProblem) return problem(response, api.createProblem);
        if (entry.identity !== undefined) {
          api.identities.push(entry.identity);
          if (entry.identity === "old") return problem(response, { status: 401, code: "identity_expired" });
          const held = owned(request);
          if (held !== null && held.person === entry.identity) return sendJson(response, 200, openedBy(held));
          const usedBy = usedIdentities.get(entry.identity) ?? key;
          if (usedBy !== key) return problem(response, { status: 401, code: "identity_refused" });
          usedIdentities.set(entry.identity, key);
          // Whoever used this browser before: another person gets a conversation of their own.
          if (api.session && api.session.person !== entry.identity) api.session = null;
        }
        const closed = entry.identity === undefined ? await api.entryCheck.atSession(api.link, entry) : null;
        if (closed) return problem(response, closed);
        if (!api.creationKeys.includes(key) || !api.session) {
          api.sessionsCreated += 1;
          api.session = createFakeSession(`text_${api.sessionsCreated}`, () => Date.now() + api.skewMs);
          api.session.person = entry.identity ?? null;
        }
        const replayed = api.creationKeys.includes(key);
        api.creationKeys.push(key);
        // The token is shown once: a repeat tells of the session but does not open it, unless the site vouches for who asks.
        if (replayed && entry.identity === undefined)
          return sendJson(response, 201, { session_token: null, ...openedBy(api.session) });
        if (api.loseNextCreation) {
          api.loseNextCreation = false;
          // In the middle of the answer: a connection that breaks before one makes the browser send the request again.
          response.writeHead(201, { "content-type": "application/json", "content-length": 100 });
          response.write("{", () => response.destroy());
          return;
        }
        remember(request, response, api.session);
        sendJson(response, 201, { session_token: `ps_${api.session.id}`, ...openedBy(api.session) });
      },
      "GET challenge": async (_request, response) => sendJson(response, 200, await api.entryCheck.challenge()),
      "POST verify": async (request, response, target) => {
        const body = JSON.parse(await readBody(request));
        const step = target.pathname.endsWith("/confirm") ? "confirm" : "request";
        api.entryCheck.languages.push(request.headers["accept-language"] ?? "");
        const answer = await api.entryCheck[step](api.link, body);
        if ("refused" in answer) return problem(response, answer.refused);
        if (answer.body.verified === true) {
          // The one conversation of the address, if it still continues.
          if (!api.session || api.session.ended || api.entryCheck.newConversation) {
            api.sessionsCreated += 1;
            api.session = createFakeSession(`text_${api.sessionsCreated}`, () => Date.now() + api.skewMs);
          }
          remember(request, response, api.session);
        }
        sendJson(response, 200, answer.body);
      },
      "POST chat": chat,
      "POST escalate": async (request, response) => {
        const session = owned(request);
        if (request.url?.endsWith("/choice") && session) {
          const chosen = JSON.parse(await readBody(request));
          api.choices.push(chosen);
          session.choose(chosen.choice);
          return sendJson(response, 200, { session: session.view() });
        }
        if (api.wishProblem) return problem(response, api.wishProblem);
        api.wishes += 1;
        api.session?.humanAsked(api.waitedMinutes);
        sendJson(response, 200, { escalation_id: "0198a000-0000-7000-8000-0000000000e5", status: "open" });
      },
      "POST typing": async (request, response) => {
        api.typing.push(JSON.parse(await readBody(request)));
        sendJson(response, 200, { success: true });
      },
      "POST read": async (request, response) => {
        api.read.push(JSON.parse(await readBody(request)).message_id);
        sendJson(response, 200, { success: true });
      },
      "POST stop": (_request, response) => {
        api.stops += 1;
        sendJson(response, 200, { stopped: true, turn_id: null });
      },
      "POST feedback": async (request, response) => {
        api.ratings.push(JSON.parse(await readBody(request)));
        sendJson(response, 200, { success: true });
      },
      "POST rate": async (request, response, target) => {
        if (api.refuseThumb) return problem(response, { status: 503, code: "overloaded" });
        const takesMs = api.nextThumbMs;
        api.nextThumbMs = 0;
        await delay(takesMs);
        const message = decodeURIComponent(target.pathname.split("/").at(-1) ?? "");
        const { rating, text } = JSON.parse(await readBody(request));
        api.thumbs.push({ message, rating, ...(text && { text }) });
        sendJson(response, 200, { success: true, message_id: message });
      },
      "POST files": async (request, response) => {
        if (!owned(request)) return problem(response, { status: 401, code: "session_token_invalid" });
        if (owned(request) === null) return problem(response, { status: 401, code: "session_token_invalid" });
        const made = await api.files.upload(request);
        if (made === null) response.destroy();
        else if ("code" in made) problem(response, made);
        else sendJson(response, 201, made);
      },
      "GET files": (request, response, target) =>
        owned(request) === null
          ? problem(response, { status: 401, code: "session_token_invalid" })
          : api.files.download(target.pathname.split("/").at(-1) ?? "", response),
      "DELETE files": (_request, response, target) => {
        api.files.remove(target.pathname.split("/").at(-1) ?? "");
        response.writeHead(204).end();
      },
      "GET events": (request, response, target) => {
        const session = owned(request);
        api.streamsOpened += 1;
        if (api.refuseStreams > 0) {
          api.refuseStreams -= 1;
          return problem(response, { status: 503, code: "overloaded" });
        }
        if (!session) return problem(response, { status: 401, code: "session_token_invalid" });
        session.openStream(response, header(request, "last-event-id") ?? target.searchParams.get("after"));
      },
      "GET poll": async (request, response, target) => {
        const session = owned(request);
        api.polls += 1;
        if (!session) return problem(response, { status: 401, code: "session_token_invalid" });
        sendJson(response, 200, await session.poll(target.searchParams.get("after")));
      },
      "POST ticket": (request, response) => {
        const session = owned(request);
        if (!api.hasSockets) return problem(response, { status: 404, code: "not_found" });
        if (!session) return problem(response, { status: 401, code: "session_token_invalid" });
        api.tickets += 1;
        const named = { conversation_id: session.id, user_id: "user_1" };
        const path = `/ws/chat/${session.id}/user_1?ticket=v1.${api.tickets}`;
        sendJson(response, 200, { ticket: `v1.${api.tickets}`, expires_in_seconds: 60, ...named, path });
      },
      "PUT context": async (request, response) => {
        if (!owned(request)) return problem(response, { status: 401, code: "session_token_invalid" });
        api.contexts.push(JSON.parse(await readBody(request)).data);
        sendJson(response, 200, { success: true });
      },
      "POST resume-handle": (request, response) => {
        const session = owned(request);
        if (!session) return problem(response, { status: 401, code: "session_token_invalid" });
        const handle = `sealed-${session.id}-${api.handles.length + 1}`;
        api.handles.push(handle);
        sendJson(response, 200, { handle, expires_at: new Date(Date.now() + 86_400_000).toISOString() });
      },
      "POST resume": async (request, response) => {
        const { handle } = JSON.parse(await readBody(request));
        const session = api.session;
        if (!session || !api.handles.includes(handle))
          return problem(response, { status: 401, code: "session_token_invalid" });
        remember(request, response, session);
        sendJson(response, 200, { session_token: `ps_${session.id}` });
      },
      "DELETE resume": (_request, response) => {
        api.forgotten += 1;
        response.setHeader(
          "set-cookie",
          `${SESSION_COOKIE}=; Max-Age=0; Path=/api/public; SameSite=None; Secure; Partitioned`,
        );
        response.writeHead(204).end();
      },
      "DELETE session": (request, response) => {
        owned(request)?.end("ended_by_visitor");
        sendJson(response, 200, { success: true });
      },
    };

  function remember(request: IncomingMessage, response: ServerResponse, session: FakeSession): void {
    const framed = header(request, "x-parley-frame") === "cross-site";
    const site = framed ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    if (!api.cookieless)
      response.setHeader("set-cookie", `${SESSION_COOKIE}=${session.id}; HttpOnly; ${site}; Path=/api/public`);
  }

  function owned(request: IncomingMessage): FakeSession | null {
    const cookie = header(request, "cookie") ?? "";
    if (!api.session) return null;
    if (header(request, "authorization") === `Bearer ps_${api.session.id}`) return api.session;
    return cookie.includes(`${SESSION_COOKIE}=${api.session.id}`) ? api.session : null;
  }

  async function chat(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await readBody(request));
    const session = owned(request);
    const waited = header(request, "prefer") !== "respond-async";
    api.posts.push({ clientMessageId: body.client_message_id, message: body.message, waited });
    const refusal = api.sendProblems.shift();
    if (refusal) return problem(response, refusal);
    if (!session) return problem(response, { status: 401, code: "session_token_invalid" });
    if (session.ended) return problem(response, { status: 410, code: "session_ended" });
    const turn = session.accept(body.message, body.client_message_id, api.files.named(body.files));
    if (api.loseNextAnswer) {
      api.loseNextAnswer = false;
      response.destroy();
      return;
    }
    const answer = {
      turn_id: turn.turnId,
      session_id: session.id,
      message_count: session.turns.length,
      remaining_messages: session.remaining,
      expires_at: session.expiresAt,
    };
    if (!waited) return sendJson(response, 202, { ...answer, events_url: "/api/public/events" });
    const parts = await turn.done;
    const end = { session_ended: false, finish_reason: "complete" };
    const said = { response: parts.join(" "), messages: parts.map((content) => ({ content })) };
    sendJson(response, 200, { ...answer, ...said, ...end });
  }

  async function handle(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> {
    response.setHeader("date", new Date(Date.now() + api.skewMs).toUTCString());
    if (api.down) return void response.destroy();
    const [name] = target.pathname.split("/").slice(3);
    const route = routes[`${request.method} ${name}`];
    if (!route) return problem(response, { status: 404, code: "not_found" });
    await route(request, response, target);
  }

  return api;
}

const openedBy = (session: FakeSession): Record<string, unknown> => ({
  session_id: session.id,
  expires_at: session.expiresAt,
  remaining_messages: session.remaining,
  session: session.view(),
});

/** The whole answer about a link, of which a test sets the members it is about. */
function publicLink({ limits, features, ...link }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...{ consent_text: null, proof_required: false, expires_at: null, introduction: null, starters: [] },
    ...{ recipient: null, files: null, access: "open" },
    ...link,
    limits: {
      ...{ max_messages_per_session: 100, session_timeout_minutes: 30 },
      ...{ max_message_length: 4_000, rate_limit_per_minute: 10 },
      ...Object(limits),
    },
    features: {
      ...{ stop: false, feedback: false, ratings: false, typing: false, escalate: false, files: false },
      ...Object(features),
    },
  };
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
