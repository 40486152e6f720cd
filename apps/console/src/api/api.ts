import { part, query } from "./address.js";
import type {
  Agent,
  Imported,
  Issue,
  Mail,
  Page,
  Session,
  SessionStatus,
  SessionTrace,
  TestResult,
  Transcript,
  Version,
} from "./answers.js";
import { type Answer, type CallerOptions, createCaller } from "./call.js";
import { inboxCalls } from "./inbox-calls.js";
import type { TranscriptFormat } from "./transcript-formats.js";
import { userCalls } from "./user-calls.js";
import type { WatchOptions } from "./watch-session.js";

export interface SessionFilter {
  status?: SessionStatus | undefined;
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

/** All tests of a document take 20 seconds at most; the answer has to come, too. */
const TEST_MS = 40_000;
/** A file of ten thousand messages is read page by page before its first byte. */
const FILE_MS = 120_000;

/** The management API, called with the token or the session of whoever is signed in. */
export function createApi(options: CallerOptions) {
  const call = createCaller(options);
  const pages = { limit: "200" };

  return {
    ...userCalls(call),
    ...inboxCalls(call),
    /** For calls that come with the code of their page (`useCalls`). */
    call,
    agents: (cursor?: string) => call<Page<Agent>>(`/agents${query({ ...pages, cursor })}`),
    agent: (agent: string) => call<Agent>(`/agents/${part(agent)}`),
    versions: (agent: string, cursor?: string) =>
      call<Page<Version>>(`/agents/${part(agent)}/versions${query({ limit: "50", cursor })}`),
    /** `overrideReason`: why the version goes live although its tests are not green; for admins and owners. */
    activate: (agent: string, version: number, overrideReason?: string) =>
      call<Agent>(`/agents/${part(agent)}/versions/${version}/activate`, {
        method: "POST",
        ...(overrideReason === undefined ? {} : { body: { override_reason: overrideReason } }),
      }),
    /** Whether this token may override the publish gate: found out by a read that needs the same role. */
    mayOverride: async (): Promise<Answer<boolean>> => {
      const answer = await call(`/tokens${query({ limit: "1" })}`);
      if (answer.type === "problem" && answer.status !== 403) return answer;
      return { type: "ok", value: answer.type === "ok" };
    },
    /** Runs the tests of the version, which takes up to half a minute. */
    testVersion: (agent: string, version: number) =>
      call<TestResult>(`/agents/${part(agent)}/versions/${version}/test`, { method: "POST", timeoutMs: TEST_MS }),
    exportVersion: (agent: string, version: number) =>
      call<unknown>(`/agents/${part(agent)}/export${query({ version: String(version) })}`),
    validate: (document: string) =>
      call<{ valid: boolean; issues: Issue[] }>("/agents/validate", { method: "POST", body: { document } }),
    importAgent: (agent: string, { document, dryRun, activate, notes, overrideReason }: ImportOptions) =>
      call<Imported>(`/agents/${part(agent)}/import`, {
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
      }),
    mails: (limit: number) => call<{ data: Mail[] }>(`/dev/mail${query({ limit: String(limit) })}`),
    sessions: (filter: SessionFilter, options: { limit: number; cursor?: string | undefined }) =>
      call<Page<Session>>(
        `/sessions${query({
          limit: String(options.limit),
          cursor: options.cursor,
          status: filter.status,
          agent_id: filter.agentId,
          link_id: filter.linkId,
          participant: filter.person,
        })}`,
      ),
    session: (id: string) => call<Session>(`/sessions/${part(id)}`),
    transcript: (id: string) => call<Transcript>(`/sessions/${part(id)}/transcript`),
    /** The whole transcript as a file. */
    transcriptFile: (id: string, format: TranscriptFormat) =>
      call<string>(`/sessions/${part(id)}/transcript${query({ format })}`, { format: "text", timeoutMs: FILE_MS }),
    /** The turns of a session and why they went as they did, oldest first. */
    trace: (id: string, cursor?: string) =>
      call<SessionTrace>(`/sessions/${part(id)}/trace${query({ limit: "20", cursor })}`),
    /** The reader of streams comes with the first session that is watched. Gives a function that ends it. */
    watch: async (id: string, watching: WatchOptions) =>
      (await import("./watch-session.js")).watchSession(options, id, watching),
    endSession: (id: string) => call(`/sessions/${part(id)}/end`, { method: "POST" }),
  };
}

export type Api = ReturnType<typeof createApi>;
