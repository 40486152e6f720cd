import type { FakeApi, Handler } from "./fake-contract.js";
import { documentRow, type Row } from "./rows.js";

/** The knowledge base: what is uploaded is there at once, and a search finds the documents that hold the word. */
export function knowledgeRoutesOf(api: FakeApi): Record<string, Handler> {
  const find = (id: string | undefined): Row | undefined => api.documents.find((row) => row.id === id);
  return {
    "GET /agents/:/knowledge": () => [200, { data: api.documents, next_cursor: null, ingesting: api.ingesting }],
    "POST /agents/:/knowledge": ({ body }) => {
      const name = /filename="([^"]*)"/.exec(String(body.form))?.[1] ?? "";
      if (name.endsWith(".exe")) return [415, { code: "unsupported_media_type", detail: "No such type." }];
      const made = documentRow({
        id: `0198a000-0000-7000-8000-00000000d${String(api.documents.length).padStart(3, "0")}`,
        name,
      });
      const known = api.documents.some((row) => row.name === name);
      api.documents = [made, ...api.documents.filter((row) => row.name !== name)];
      return [known ? 200 : 201, { ...made, result: known ? "updated" : "created" }];
    },
    "GET /agents/:/knowledge/:": ({ parts, query }) => {
      const row = find(parts[1]);
      if (!row) return [404, { code: "document_not_found", detail: "No such document." }];
      const after = Number(query.get("after") ?? -1);
      const passages = [0, 1, 2].filter((n) => n > after).slice(0, 2);
      const shown = passages.map((n) => ({
        n,
        heading: "Prices > Scans",
        text: `Passage ${n}: an MRI costs 400 euros.\n<b>cash</b>`,
      }));
      return [200, { ...row, passages: shown, next_after: passages.includes(2) ? null : 1 }];
    },
    "DELETE /agents/:/knowledge/:": ({ parts }) => {
      api.documents = api.documents.filter((row) => row.id !== parts[1]);
      return [200, { deleted: true }];
    },
    "POST /agents/:/knowledge/:": ({ body }) => {
      const passages = String(body.query).includes("MRI")
        ? api.documents.map((row, index) => ({
            ...{ document_id: row.id, document: row.name, revision: 1, n: index, heading: "Prices" },
            ...{ text: "An MRI costs 400 euros.", score: 0.0163 / (index + 1) },
            fts: { rank: index + 1, score: 2.5 },
            vector: null,
          }))
        : [];
      const asked = { model: "text-embedding-3-small", input_tokens: 7, estimated: false, cost: null };
      return [200, { mode: "hybrid", warning: null, passages, embedding: asked }];
    },
  };
}
