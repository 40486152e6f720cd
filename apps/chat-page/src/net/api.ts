import { integer, isRecord, record, text } from "@parley/web-kit";
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { language } from "../i18n/language.js";
import { browserStorage } from "./browser-storage.js";
import { type EventStream, FetchedEvents } from "./event-stream.js";
import { lookAround } from "./frame.js";
import type { ServerClock } from "./server-clock.js";
import type { Thumb } from "./session-info.js";
import { createSocketChoice } from "./socket-choice.js";
import { SocketEvents } from "./socket-events.js";

/** Result of a call. `unreachable` = no answer at all: it is unknown whether the server has seen the request. */
export type Answer =
  | { type: "ok"; status: number; body: unknown }
  | {
      type: "refused";
      status: number;
      code: string;
      retryAfterSeconds: number | null;
      requestId: string | null;
      /** Set when a message was accepted and its turn failed. */
      turnId: string | null;
    }
  | { type: "unreachable" };

/** An answer other than success, or none at all. */
export type Refusal = Exclude<Answer, { type: "ok" }>;

export interface Rating {
  /** 1 (very poor) to 5 (very good). */
  rating: number;
  /** At most 1000 characters; empty = none. */
  text: string;
}

/** What passes the entry check of a link. Each member is sent only where the link asks for it. */
export interface Entry {
  consent?: true;
  pin?: string;
  /** Solution of the link's challenge; valid for one call. */
  proof?: string;
  /** A JWT of the site around the panel, valid for one call: it identifies the visitor. */
  identity?: string;
}

/** Choice of a visitor who waits for a human. */
export type WaitingChoice = { choice: "continue" | "cancel" } | { choice: "email"; email: string };

/** Where the files of this conversation are. */
export interface FileSource {
  url(id: string): string;
  /** Set where the browser stores no cookie, so that an address alone opens nothing; null = it could not be fetched. */
  content: ((id: string) => Promise<Blob | null>) | null;
}

export interface Api {
  link(): Promise<Answer>;
  /** A puzzle for this browser, to be handed in as `proof`. */
  challenge(): Promise<Answer>;
  /** Sends a code to the address, if the link admits it, in the language of the page. */
  requestCode(given: { email: string; request_id?: string } & Omit<Entry, "consent">): Promise<Answer>;
  /** Opens the conversation of the address; its session is set as a cookie. */
  confirmCode(given: { email: string; code: string; request_id?: string } & Pick<Entry, "consent">): Promise<Answer>;
  /** `before`: cursor of an earlier page; null = the newest messages. */
  history(before?: string | null): Promise<Answer>;
  createSession(idempotencyKey: string, entry: Entry): Promise<Answer>;
  endSession(): Promise<Answer>;
  /** `wait` false asks for 202 and reads the answer from the stream; true waits for the whole answer. */
  send(
    message: { clientId: string; text: string; files: readonly { id: string }[] },
    options: { wait: boolean },
  ): Promise<Answer>;
  /** Where files are sent to, and with which headers. */
  uploads(): { url: string; headers: Record<string, string> };
  /** A download, where a cookie identifies the session. */
  fileUrl(id: string): string;
  /** The same without a cookie; null = it cannot be fetched now. */
  fileContent(id: string): Promise<Blob | null>;
  /** Deletes a file that was not sent. */
  removeFile(id: string): Promise<Answer>;
  /** Asks the agent to stop the answer it is writing; the stream reports how it ended. Null = whatever answer is due. */
  stop(turnId: string | null): Promise<Answer>;
  /** Asks for a human; while a request is open, asking again changes nothing. */
  escalate(reason?: string): Promise<Answer>;
  choose(given: WaitingChoice): Promise<Answer>;
  /** The visitor is typing; sent to current watchers only, and not stored. */
  typing(): Promise<Answer>;
  /** `message`: `<turn id>.<part>`. Sent like `typing`. */
  read(message: string): Promise<Answer>;
  rate(given: Rating): Promise<Answer>;
  /** `message`: the id in the history, or `<turn id>.<part>`. Null removes the rating. */
  rateAnswer(message: string, rating: Thumb | null, reason?: string): Promise<Answer>;
  poll(after: string | null, signal: AbortSignal): Promise<Answer>;
  events(after: string | null): EventStream;
  /** What the page around the panel says about itself. */
  context(data: Record<string, unknown>): Promise<Answer>;
  /** Exchanges the session of this page for a handle that only our own pages can exchange back. */
  resumeHandle(): Promise<Answer>;
  /** Resumes the session of a handle. */
  resume(handle: string): Promise<Answer>;
  /** Forgets the session here, without ending it. */
  forget(): Promise<Answer>;
  /** The browser stores no cookie for this frame: the session lasts as long as the page. */
  readonly isCarried: ReadonlySignal<boolean>;
}

const QUICK_MS = 15_000;
const WAIT_MS = 165_000;
const POLL_MS = 35_000;
/** The header has whole seconds: on average it is half a second late. */
const DATE_LATE_MS = 500;
const DATE_TOLERANCE_MS = 1_500;

/** The calls of the public API for one link. The session travels in a cookie that scripts cannot read. */
export function createApi(token: string, clock: ServerClock): Api {
  const base = "/api/public";
  const name = encodeURIComponent(token);
  const place = lookAround();
  const sockets = createSocketChoice(browserStorage("session"));
  /** The session's token, where no cookie carries it. Other frames and the host page cannot reach it. */
  const carried = signal<string | null>(null);
  const identified = (): Record<string, string> =>
    carried.value === null ? {} : { authorization: `Bearer ${carried.value}` };
  /** Only calls that set or delete a cookie must say whether the page is in a cross-site frame. */
  const framed = (): Record<string, string> => (place().crossSite ? { "x-parley-frame": "cross-site" } : {});

  const call = async (
    path: string,
    init: RequestInit & { timeoutMs?: number; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), init.timeoutMs ?? QUICK_MS);
    init.signal?.addEventListener("abort", () => abort.abort(), { once: true });
    try {
      const response = await fetch(`${base}/${path}`, {
        ...init,
        signal: abort.signal,
        credentials: "same-origin",
        cache: "no-store",
        headers: {
          accept: "application/json",
          ...((init.method ?? "GET") === "GET" ? {} : framed()),
          ...identified(),
          ...init.headers,
        },
      });
      clock.heard(Date.parse(response.headers.get("date") ?? "") + DATE_LATE_MS, DATE_TOLERANCE_MS);
      const answer = await readAnswer(response);
      const token = answer.type === "ok" ? text(record(answer.body).session_token) : null;
      if (token !== null && place().blocked) carried.value = token;
      return answer;
    } catch {
      return { type: "unreachable" };
    } finally {
      clearTimeout(timer);
    }
  };
  const post = (path: string, body: unknown, headers: Record<string, string>, timeoutMs?: number): Promise<Answer> =>
    call(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });

  const fileUrl = (id: string): string => `${base}/files/${name}/${encodeURIComponent(id)}`;

  return {
    link: () => call(`link/${name}`),
    history: (before = null) => call(`history/${name}${query("cursor", before)}`),
    challenge: () => call(`challenge/${name}`),
    requestCode: (given) => post("verify/request", { token, ...given }, { "accept-language": language.value }),
    confirmCode: (given) => post("verify/confirm", { token, ...given }, { "accept-language": language.value }),
    createSession: (idempotencyKey, entry) => post(`sessions/${name}`, entry, { "idempotency-key": idempotencyKey }),
    endSession: () => call(`session/${name}`, { method: "DELETE" }),
    send: (message, options) =>
      post(
        `chat/${name}`,
        {
          message: message.text,
          client_message_id: message.clientId,
          ...(message.files.length === 0 ? {} : { files: message.files.map(({ id }) => id) }),
        },
        options.wait ? {} : { prefer: "respond-async" },
        options.wait ? WAIT_MS : QUICK_MS,
      ),
    uploads: () => ({ url: `${base}/files/${name}`, headers: identified() }),
    fileUrl,
    fileContent: async (id) => {
      try {
        const answer = await fetch(fileUrl(id), { headers: identified(), signal: AbortSignal.timeout(WAIT_MS) });
        return answer.ok ? await answer.blob() : null;
      } catch {
        return null;
      }
    },
    removeFile: (id) => call(`files/${name}/${encodeURIComponent(id)}`, { method: "DELETE" }),
    stop: (turnId) => post(`stop/${name}`, turnId === null ? {} : { turn_id: turnId }, {}),
    escalate: (reason) => post(`escalate/${name}`, reason === undefined ? {} : { reason }, {}),
    choose: (given) => post(`escalate/${name}/choice`, given, { "accept-language": language.value }),
    typing: () => post(`typing/${name}`, { active: true }, {}),
    read: (message) => post(`read/${name}`, { message_id: message }, {}),
    rate: ({ rating, text: comment }) =>
      post(`feedback/${name}`, { rating, ...(comment === "" ? {} : { text: comment }) }, {}),
    rateAnswer: (message, rating, reason) =>
      post(`rate/${name}/${encodeURIComponent(message)}`, { rating, ...(reason && { text: reason }) }, {}),
    poll: (after, signal) => call(`poll/${name}${query("after", after)}`, { signal, timeoutMs: POLL_MS }),
    events: (after) => {
      if (sockets.usable()) {
        const ticket = (): Promise<Answer> => post(`ticket/${name}`, {}, {});
        return new SocketEvents({ ticket, history: () => call(`history/${name}`), after, choice: sockets });
      }
      const url = `${base}/events/${name}${query("after", after)}`;
      return carried.value === null ? new EventSource(url) : new FetchedEvents(url, identified());
    },
    context: (data) =>
      call(`context/${name}`, {
        method: "PUT",
        body: JSON.stringify({ data }),
        headers: { "content-type": "application/json" },
      }),
    resumeHandle: () => post(`resume-handle/${name}`, {}, {}),
    resume: (handle) => post(`resume/${name}`, { handle }, {}),
    forget: async () => {
      const answer = await call(`resume/${name}`, { method: "DELETE" });
      carried.value = null;
      return answer;
    },
    isCarried: computed(() => carried.value !== null),
  };
}

function query(key: string, value: string | null): string {
  return value === null ? "" : `?${key}=${encodeURIComponent(value)}`;
}

async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok && (response.status === 204 || isRecord(body))) return { type: "ok", status: response.status, body };
  const problem = record(body);
  const after = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return {
    type: "refused",
    // A success without a JSON body comes from an intermediary (a captive portal), not from the server.
    status: response.ok ? 502 : response.status,
    code: text(problem.code) ?? "internal",
    retryAfterSeconds: Number.isFinite(after) ? after : integer(problem.retry_after),
    turnId: text(problem.turn_id),
    requestId: text(problem.request_id) ?? response.headers.get("x-request-id"),
  };
}
