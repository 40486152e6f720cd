import type {
  AuditEntryView,
  AuditVerified,
  checkedErasure,
  Erasure,
  ListedMemory,
  MemoryChange,
  MemoryView,
  receiptVerdict,
} from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Answer, Caller } from "./call.js";

export type { AuditEntryView, AuditVerified, Erasure, ListedMemory, MemoryChange, MemoryView };
export type CheckedErasure = ReturnType<typeof checkedErasure.parse>;
export type ReceiptVerdict = ReturnType<typeof receiptVerdict.parse>;

/** Search filters of the audit. */
export interface AuditFilter {
  action?: string | undefined;
  actor_id?: string | undefined;
  target_type?: string | undefined;
  target_id?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

interface MemoryTexts {
  summary?: string | null;
  notes?: string | null;
  revision?: number;
}

const LINES = 1_000;
/** All data of a person is collected while the file is read. */
const FILE_MS = 120_000;

/** The audit log. */
export function auditCalls(call: Caller) {
  return {
    audit: (filter: AuditFilter, cursor?: string) =>
      call<Page<AuditEntryView>>(`/audit${query({ limit: "50", ...filter, cursor })}`),
    verifyAudit: (cursor?: string) => call<AuditVerified>(`/audit/verify${query({ cursor })}`),
    /** All matching entries as JSON lines, oldest first, fetched a thousand at a time. */
    auditLines: async (filter: AuditFilter): Promise<Answer<string>> => {
      let text = "";
      for (let after = 0; ; ) {
        const page = await call<string>(`/audit/export${query({ ...filter, after: String(after) })}`, {
          format: "text",
          timeoutMs: FILE_MS,
        });
        if (page.type !== "ok") return page;
        text += page.value;
        const lines = page.value.trimEnd().split("\n");
        if (lines.length < LINES) return { type: "ok", value: text };
        // Each line was written by the same server, so it has a `seq`.
        after = JSON.parse(lines.at(-1) ?? "{}").seq;
      }
    },
  };
}

/** The stored data of a person: export and erasure. */
export function privacyCalls(call: Caller) {
  return {
    erasures: (cursor?: string) => call<Page<Erasure>>(`/privacy/erasures${query({ limit: "50", cursor })}`),
    erasure: (id: string) => call<CheckedErasure>(`/privacy/erasures/${part(id)}`),
    /** Searches every store again for reappeared data. */
    checkErasure: (id: string) =>
      call<CheckedErasure>(`/privacy/erasures/${part(id)}${query({ check: "true" })}`, { timeoutMs: FILE_MS }),
    erase: (subject: { email: string } | { session_id: string }) =>
      call<Erasure>("/privacy/erasure", { method: "POST", body: subject }),
    verifyReceipt: (receipt: unknown) =>
      call<ReceiptVerdict>("/privacy/erasures/verify", { method: "POST", body: receipt }),
    exportPerson: (email: string) =>
      call<Blob>("/privacy/export", { method: "POST", body: { email }, format: "file", timeoutMs: FILE_MS }),
  };
}

/** What an agent remembers of people. */
export function memoryCalls(call: Caller) {
  const of = (agent: string, email: string): string => `/agents/${part(agent)}/memory/${part(email)}`;
  return {
    memories: (agent: string, cursor?: string) =>
      call<Page<ListedMemory>>(`/agents/${part(agent)}/memory${query({ limit: "50", cursor })}`),
    memory: (agent: string, email: string) => call<MemoryView>(of(agent, email)),
    setMemory: (agent: string, email: string, texts: MemoryTexts) =>
      call<MemoryView>(of(agent, email), { method: "PUT", body: texts }),
    memoryHistory: (agent: string, email: string) =>
      call<Page<MemoryChange>>(`${of(agent, email)}/history${query({ limit: "50" })}`),
    undoMemory: (agent: string, email: string, to: number, revision: number) =>
      call<MemoryView>(`${of(agent, email)}/undo`, { method: "POST", body: { to, revision } }),
    forgetMemory: (agent: string, email: string) => call(of(agent, email), { method: "DELETE" }),
  };
}
