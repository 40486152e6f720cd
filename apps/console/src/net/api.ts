import { part, query } from "./address.js";
import { knowledgeCalls } from "./knowledge-calls.js";
import { accessCalls, linkCalls } from "./link-calls.js";
import * as models from "./models.js";
import { type Problem, readProblem, UNREACHABLE } from "./problem.js";
import { count, record, text } from "./reading.js";
import { credentialCalls, webhookCalls } from "./settings-calls.js";
import { readTestOutcome } from "./test-models.js";
import { readTrace } from "./trace-models.js";
import { readTranscript, type TranscriptFormat } from "./transcript.js";
import { type WatchOptions, watchSession } from "./watch-session.js";

export type Answer<T> = { type: "ok"; value: T } | Problem;

export interface Call<T> {
  read(body: unknown): T;
  method?: string;
  body?: unknown;
  /** In place of a JSON body. */
  form?: FormData;
  headers?: Record<string, string>;
  /** Of the answer; JSON unless it is a picture. */
  format?: "json" | "text";
  /** For calls that do much; 20 s unless told. */
  timeoutMs?: number;
}
export type Caller = <T>(path: string, call: Call<T>) => Promise<Answer<T>>;

export interface SessionFilter {
  status?: models.SessionStatus | undefined;
  agentId?: string | undefined;
  linkId?: string | undefined;
  /** E-mail address or identifier, whole. */
  person?: string | undefined;
}

export interface ImportOptions {
  document: string;
  dryRun: boolean;
  activate: boolean;
  notes: string;
  /** Why it goes live although its tests are not green. */
  overrideReason?: string | undefined;
}

export interface CreatedLink {
  link: models.Link;
  url: string;
}

const TIMEOUT_MS = 20_000;
/** All tests of a document take 20 seconds at most; the answer has to come, too. */
const TEST_MS = 40_000;
/** A file of ten thousand messages is read page by page before its first byte. */
const FILE_MS = 120_000;

/** The management API, called with the token of whoever is signed in. `onRefusedToken` hears of each 401. */
export function createApi(options: { token(): string | null; onRefusedToken(): void }) {
  const call: Caller = async (
    path,
    { read, method = "GET", body, form, headers, format = "json", timeoutMs = TIMEOUT_MS },
  ) => {
    const token = options.token();
    try {
      const response = await fetch(`/api${path}`, {
        method,
        // The token is the only credential: a cookie of this origin must not decide anything here.
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: format === "json" ? "application/json" : "*/*",
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
      });
      if (response.ok && format === "text") return { type: "ok", value: read(await response.text()) };
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok && answer !== null) return { type: "ok", value: read(answer) };
      // An answer to a token that was replaced meanwhile says nothing about the new one, and who has signed out has none.
      if (response.status === 401 && token !== null && token === options.token()) options.onRefusedToken();
      return readProblem(response.status, answer, response.headers.get("x-request-id"));
    } catch {
      return UNREACHABLE;
    }
  };
  const links = (agent: string): string => `/agents/${part(agent)}/public-links`;
  const pages = { limit: "200" };

  return {
    ...linkCalls(call),
    ...accessCalls(call),
    ...webhookCalls(call),
    ...credentialCalls(call),
    ...knowledgeCalls(call),
    agents: (cursor?: string) =>
      call(`/agents${query({ ...pages, cursor })}`, { read: models.readPage(models.readAgent) }),
    agent: (agent: string) => call(`/agents/${part(agent)}`, { read: models.readAgent }),
    versions: (agent: string, cursor?: string) =>
      call(`/agents/${part(agent)}/versions${query({ limit: "50", cursor })}`, {
        read: models.readPage(models.readVersion),
      }),
    /** `overrideReason`: why the version goes live although its tests are not green; for admins and owners. */
    activate: (agent: string, version: number, overrideReason?: string) =>
      call(`/agents/${part(agent)}/versions/${version}/activate`, {
        method: "POST",
        ...(overrideReason === undefined ? {} : { body: { override_reason: overrideReason } }),
        read: models.readAgent,
      }),
    /** Whether this token may override the publish gate: asked of a read that wants the same role. */
    mayOverride: async (): Promise<Answer<boolean>> => {
      const answer = await call(`/tokens${query({ limit: "1" })}`, { read: () => true });
      return answer.type === "problem" && answer.status === 403 ? { type: "ok", value: false } : answer;
    },
    /** Runs the tests of the version, which takes up to half a minute. */
    testVersion: (agent: string, version: number) =>
      call(`/agents/${part(agent)}/versions/${version}/test`, {
        method: "POST",
        timeoutMs: TEST_MS,
        read: readTestOutcome,
      }),
    exportVersion: (agent: string, version: number) =>
      call(`/agents/${part(agent)}/export${query({ version: String(version) })}`, { read: (body) => body }),
    validate: (document: string) =>
      call("/agents/validate", { method: "POST", body: { document }, read: models.readValidated }),
    importAgent: (agent: string, { document, dryRun, activate, notes, overrideReason }: ImportOptions) =>
      call(`/agents/${part(agent)}/import`, {
        method: "POST",
        body: {
          document,
          dry_run: dryRun,
          activate,
          ...(notes.trim() === "" ? {} : { notes: notes.trim() }),
          ...(overrideReason === undefined ? {} : { override_reason: overrideReason }),
        },
        // The tests of a version that is to go live run first.
        timeoutMs: TEST_MS,
        read: models.readImported,
      }),
    links: (agent: string, cursor?: string) =>
      call(`${links(agent)}${query({ ...pages, cursor })}`, { read: models.readPage(models.readLink) }),
    link: (agent: string, id: string) => call(`${links(agent)}/${part(id)}`, { read: models.readLink }),
    createLink: (agent: string, body: Record<string, unknown>, idempotencyKey: string) =>
      call(links(agent), {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        read: (made): CreatedLink => ({ link: models.readLink(made), url: text(record(made).url) }),
      }),
    updateLink: (agent: string, id: string, body: Record<string, unknown>) =>
      call(`${links(agent)}/${part(id)}`, { method: "PUT", body, read: models.readLink }),
    deleteLink: (agent: string, id: string) =>
      call(`${links(agent)}/${part(id)}`, {
        method: "DELETE",
        read: (body) => ({ sessionsEnded: count(record(body).sessions_ended) }),
      }),
    sessions: (filter: SessionFilter, options: { limit: number; cursor?: string | undefined }) =>
      call(
        `/sessions${query({
          limit: String(options.limit),
          cursor: options.cursor,
          status: filter.status,
          agent_id: filter.agentId,
          link_id: filter.linkId,
          participant: filter.person,
        })}`,
        { read: models.readPage(models.readSession) },
      ),
    session: (id: string) => call(`/sessions/${part(id)}`, { read: models.readSession }),
    transcript: (id: string) => call(`/sessions/${part(id)}/transcript`, { read: readTranscript }),
    /** The whole transcript as the server writes it, for people to keep. */
    transcriptFile: (id: string, format: TranscriptFormat) =>
      call(`/sessions/${part(id)}/transcript${query({ format })}`, {
        format: "text",
        timeoutMs: FILE_MS,
        read: text,
      }),
    /** The turns of a session and why they went as they did, oldest first. */
    trace: (id: string, cursor?: string) =>
      call(`/sessions/${part(id)}/trace${query({ limit: "20", cursor })}`, { read: readTrace }),
    watch: (id: string, watching: WatchOptions) => watchSession(options, id, watching),
    endSession: (id: string) => call(`/sessions/${part(id)}/end`, { method: "POST", read: () => null }),
  };
}

export type Api = ReturnType<typeof createApi>;
