import type {
  AgentSecretView,
  analyticsRows,
  draftEntry,
  draftSave,
  draftView,
  ReplayReport,
  versionView,
} from "@parley/contracts";
import { part, query } from "./address.js";
import type { Agent, Imported, Issue, Page, TestResult } from "./answers.js";
import type { Answer, Caller } from "./call.js";

export type DraftView = (typeof draftView)["_output"];
export type DraftEntry = (typeof draftEntry)["_output"];
export type DraftSave = (typeof draftSave)["_output"];
export type VersionView = (typeof versionView)["_output"];
export type NodeNumbers = (typeof analyticsRows.nodes)["_output"];

/** The tests of a version run before it goes live; a replay reads many records. */
const LONG_MS = 60_000;
const REPLAYED = 50;

export interface ImportOptions {
  document: string;
  dryRun: boolean;
  activate: boolean;
  notes: string;
  /** Why it goes live although its tests have not passed. */
  overrideReason?: string | undefined;
}

/** All tests of a document take 20 seconds at most; some time is left for the answer. */
const TEST_MS = 40_000;
/** Calls of the workbench: drafts, replays, secrets, the agent itself. */
export const workbenchCalls = (call: Caller) => {
  const draft = (agent: string): string => `/agents/${part(agent)}/drafts/me`;
  const secret = (agent: string, name: string): string => `/agents/${part(agent)}/secrets/${part(name)}`;
  return {
    /** `overrideReason`: why the version goes live although its tests have not passed; for admins and owners. */
    activate: (agent: string, version: number, overrideReason?: string) =>
      call<Agent>(`/agents/${part(agent)}/versions/${version}/activate`, {
        method: "POST",
        ...(overrideReason === undefined ? {} : { body: { override_reason: overrideReason } }),
      }),
    /** Whether this token may override the publish gate: tested with a read that needs the same role. */
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
        // The tests of a version run before it goes live.
        timeoutMs: TEST_MS,
      }),
    /** With its document, and its source text where that is stored. */
    version: (agent: string, version: number) =>
      call<VersionView & { document: unknown; text: string | null }>(`/agents/${part(agent)}/versions/${version}`),
    draft: (agent: string) => call<DraftView>(draft(agent)),
    drafts: (agent: string) => call<{ data: DraftEntry[] }>(`/agents/${part(agent)}/drafts`),
    /** `revision`: the newest one known to this page; 0 = there is no draft yet. */
    saveDraft: (agent: string, body: { text: string; base_version: number | null }, revision: number) =>
      call<DraftEntry>(draft(agent), {
        method: "PUT",
        body,
        ...(revision === 0 ? {} : { headers: { "if-match": `"${revision}"` } }),
      }),
    /** Its latest saves, newest first, without their texts. */
    draftSaves: (agent: string) => call<{ data: DraftSave[] }>(`${draft(agent)}/saves`),
    deleteDraft: (agent: string) => call(draft(agent), { method: "DELETE" }),
    publishDraft: (agent: string, body: PublishBody, key: string) =>
      call<Imported>(`${draft(agent)}/publish`, {
        method: "POST",
        body,
        headers: { "idempotency-key": key },
        timeoutMs: LONG_MS,
      }),
    replay: (agent: string, version: number) =>
      call<ReplayReport>(`/agents/${part(agent)}/versions/${version}/replay`, {
        method: "POST",
        body: { limit: REPLAYED },
        timeoutMs: LONG_MS,
      }),
    nodeNumbers: (agent: string, days: number) =>
      call<{ data: NodeNumbers[] }>(`/analytics/nodes${query({ agent, by: "total", days: String(days) })}`),
    secrets: (agent: string) => call<Page<AgentSecretView>>(`/agents/${part(agent)}/secrets`),
    createSecret: (agent: string, body: { name: string; value: string; hosts: string[] }) =>
      call<AgentSecretView>(`/agents/${part(agent)}/secrets`, { method: "POST", body }),
    setSecret: (agent: string, name: string, body: { value: string; hosts: string[] }) =>
      call<AgentSecretView>(secret(agent, name), { method: "PUT", body }),
    deleteSecret: (agent: string, name: string) => call(secret(agent, name), { method: "DELETE" }),
    updateAgent: (agent: string, body: Partial<Pick<Agent, "name" | "description" | "mcp_tools">>) =>
      call<Agent>(`/agents/${part(agent)}`, { method: "PATCH", body }),
    deleteAgent: (agent: string, force: boolean) =>
      call(`/agents/${part(agent)}${query({ force: force ? "true" : undefined })}`, { method: "DELETE" }),
  };
};

interface PublishBody {
  revision: number;
  activate: boolean;
  notes: string | null;
  override_reason?: string;
}
