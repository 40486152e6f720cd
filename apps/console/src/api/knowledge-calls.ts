import { part, query } from "./address.js";
import type { Found, Ingestion, KnowledgeDocument, Page, Passage, SearchMode } from "./answers.js";
import type { Caller } from "./call.js";

type Library = Page<KnowledgeDocument> & { ingesting: Ingestion[] };
type Added = KnowledgeDocument & { result: "created" | "updated" | "unchanged" };
type DocumentText = KnowledgeDocument & { passages: Passage[]; next_after: number | null };

/** A document is parsed and split while the call waits: a long PDF takes long. */
const UPLOAD_TIMEOUT_MS = 90_000;

/** The knowledge base of an agent. */
export function knowledgeCalls(call: Caller) {
  const at = (agent: string): string => `/agents/${part(agent)}/knowledge`;
  return {
    documents: (agent: string, cursor?: string) => call<Library>(`${at(agent)}${query({ limit: "200", cursor })}`),
    addDocument: (agent: string, file: File, language: string) => {
      const form = new FormData();
      form.set("language", language);
      form.set("file", file);
      return call<Added>(at(agent), { method: "POST", form, timeoutMs: UPLOAD_TIMEOUT_MS });
    },
    documentText: (agent: string, id: string, after: number | null) =>
      call<DocumentText>(`${at(agent)}/${part(id)}${query({ after: after === null ? undefined : String(after) })}`),
    deleteDocument: (agent: string, id: string) => call(`${at(agent)}/${part(id)}`, { method: "DELETE" }),
    searchDocuments: (agent: string, search: { query: string; mode: SearchMode; topK: number }) =>
      call<Found>(`${at(agent)}/search`, {
        method: "POST",
        body: { query: search.query, mode: search.mode, top_k: search.topK },
      }),
  };
}
export type KnowledgeCalls = ReturnType<typeof knowledgeCalls>;
