import { part, query } from "./address.js";
import type { Caller } from "./api.js";
import * as knowledge from "./knowledge-models.js";

/** A document is read and cut while the call waits: a long PDF takes its time. */
const UPLOAD_TIMEOUT_MS = 90_000;

/** The knowledge base of an agent. */
export function knowledgeCalls(call: Caller) {
  const at = (agent: string): string => `/agents/${part(agent)}/knowledge`;
  return {
    documents: (agent: string, cursor?: string) =>
      call(`${at(agent)}${query({ limit: "200", cursor })}`, { read: knowledge.readLibrary }),
    addDocument: (agent: string, file: File, language: string) => {
      const form = new FormData();
      form.set("language", language);
      form.set("file", file);
      return call(at(agent), { method: "POST", form, timeoutMs: UPLOAD_TIMEOUT_MS, read: knowledge.readAdded });
    },
    documentText: (agent: string, id: string, after: number | null) =>
      call(`${at(agent)}/${part(id)}${query({ after: after === null ? undefined : String(after) })}`, {
        read: knowledge.readDocumentText,
      }),
    deleteDocument: (agent: string, id: string) =>
      call(`${at(agent)}/${part(id)}`, { method: "DELETE", read: () => null }),
    searchDocuments: (agent: string, search: { query: string; mode: knowledge.SearchMode; topK: number }) =>
      call(`${at(agent)}/search`, {
        method: "POST",
        body: { query: search.query, mode: search.mode, top_k: search.topK },
        read: knowledge.readFound,
      }),
  };
}
