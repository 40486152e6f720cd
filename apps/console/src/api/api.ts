import { part, query } from "./address.js";
import type {
  Agent,
  EscalationCounts,
  Mail,
  Page,
  Session,
  SessionStatus,
  SessionTrace,
  Transcript,
  Version,
} from "./answers.js";
import { type CallerOptions, createCaller } from "./call.js";
import { signInCalls } from "./sign-in-calls.js";
import type { TranscriptFormat } from "./transcript-formats.js";
import type { WatchOptions } from "./watch-session.js";

export interface SessionFilter {
  status?: SessionStatus | undefined;
  agentId?: string | undefined;
  linkId?: string | undefined;
  /** E-mail address or identifier, whole. */
  person?: string | undefined;
}

/** A file of ten thousand messages is read page by page before its first byte. */
const FILE_MS = 120_000;

/** The management API, called with the token or the session of the signed-in user. */
export function createApi(options: CallerOptions) {
  const call = createCaller(options);
  const pages = { limit: "200" };

  return {
    ...signInCalls(call),
    /** For calls that come with the code of their page (`useCalls`). */
    call,
    countEscalations: () => call<EscalationCounts>("/escalations/count"),
    agents: (cursor?: string) => call<Page<Agent>>(`/agents${query({ ...pages, cursor })}`),
    agent: (agent: string) => call<Agent>(`/agents/${part(agent)}`),
    versions: (agent: string, cursor?: string) =>
      call<Page<Version>>(`/agents/${part(agent)}/versions${query({ limit: "50", cursor })}`),
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
    /** The turns of a session and their reasons, oldest first. */
    trace: (id: string, cursor?: string) =>
      call<SessionTrace>(`/sessions/${part(id)}/trace${query({ limit: "20", cursor })}`),
    /** The stream reader is loaded with the first watched session. Returns a function that stops it. */
    watch: async (id: string, watching: WatchOptions) =>
      (await import("./watch-session.js")).watchSession(options, id, watching),
    endSession: (id: string) => call(`/sessions/${part(id)}/end`, { method: "POST" }),
  };
}

export type Api = ReturnType<typeof createApi>;
