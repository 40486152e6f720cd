import { createHash } from "node:crypto";
import { AppError, type addKnowledge as contract, newId, requireRole, tenantOf } from "@parley/contracts";
import { type NamedRequest, once, recall, type Transaction } from "@parley/db";
import type { z } from "zod";
import type { Chunk } from "./chunk-text.js";
import type { KnowledgeDeps } from "./deps.js";
import { beginIngestion, endIngestion, failIngestion, type Ingestion } from "./ingestion-repository.js";
import {
  currentDocument,
  forgetParts,
  insertRevision,
  knowledgeAgent,
  knowledgeSize,
  readParts,
  withEmbedder,
} from "./repository.js";

/** Limits per agent. A search looks at every chunk that a version sees, so a bounded number keeps it fast. */
const MAX_DOCUMENTS = 500;
const MAX_CHUNKS = 20_000;

type Input = z.output<typeof contract.request>;
type Output = z.input<typeof contract.response>;

/**
 * Creates a document from an upload; meanwhile it is listed as being read, and for a day as failed if it cannot be. Idempotent by the
 * caller's key, else by the signature, and by content: the same bytes under the same name and language are `unchanged`. Throws
 * `agent_not_found`, `conflict` (parts are missing), `document_unreadable`, `input_too_costly`, `documents_exhausted`.
 */
export const addKnowledge =
  (deps: KnowledgeDeps) =>
  async (input: Input): Promise<Output> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const upload = { tenantId, uploadId: input.uploadId };
    const request = { tenantId, scope: "knowledge.add", repeatable: repeatableOf(input) };
    let reading: Ingestion | null = null;
    try {
      const before = await recall<Output>(deps.db, request);
      if (before !== null) return before;
      const known = await deps.db.tenant(tenantId, (trx) => knowledgeAgent(trx, input.agent));
      reading = { ...upload, agentId: known.id, name: input.name, bytes: input.bytes };
      await beginIngestion(deps.db, reading);
      const data = await readParts(deps.db, upload);
      const hash = createHash("sha256").update(data).digest("hex");
      if (data.length !== input.bytes || hash !== input.sha256) throw new AppError("conflict");
      const chunks = await deps.reader.read(data, input.mediaType);
      if (chunks.length === 0) throw new AppError("document_unreadable");
      const { answer } = await deps.db.tenant(tenantId, (trx) =>
        once<Output>(trx, request, async () => {
          const { status, document } = await store(trx, { tenantId, agentId: known.id, input, hash, chunks });
          return { answer: { status, document: withEmbedder(document, deps.embedder) }, facts: [] };
        }),
      );
      await endIngestion(deps.db, reading);
      if (!answer.replayed && answer.status !== "unchanged") deps.onAdded();
      return answer;
    } catch (error) {
      const code = error instanceof AppError ? error.code : "internal";
      if (reading !== null) await failIngestion(deps.db, reading, code).catch(() => undefined);
      throw error;
    } finally {
      await forgetParts(deps.db, upload).catch(() => undefined);
    }
  };

/** A document is the same whether sent as JSON or as a form, so the fingerprint uses its content and not the request bytes. */
function repeatableOf({ idempotency, signature, ...of }: Input): NamedRequest["repeatable"] {
  const parts = [of.agent, of.name, of.mediaType, of.language, of.sha256];
  const fingerprint = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return { idempotency: idempotency ? { key: idempotency.key, fingerprint } : null, signature };
}

async function store(
  trx: Transaction,
  next: { tenantId: string; agentId: string; input: Input; hash: string; chunks: Chunk[] },
): Promise<Output> {
  const { input, hash, chunks, tenantId } = next;
  const agent = await knowledgeAgent(trx, next.agentId, { lock: true });
  const current = await currentDocument(trx, { agentId: agent.id, name: input.name });
  if (current?.content_hash === hash && current.language === input.language && current.media_type === input.mediaType) {
    return { status: "unchanged", document: current };
  }
  const size = await knowledgeSize(trx, agent.id);
  // A revision that no older version has pinned makes room for its successor.
  const freed = current !== null && current.from_version === agent.latest ? current.chunks : 0;
  const documents = size.documents + (current === null ? 1 : 0);
  if (documents > MAX_DOCUMENTS || size.chunks - freed + chunks.length > MAX_CHUNKS) {
    throw new AppError("documents_exhausted");
  }
  const document = await insertRevision(trx, {
    ...{ id: newId(), tenantId, agent, name: input.name, mediaType: input.mediaType, language: input.language },
    ...{ bytes: input.bytes, contentHash: hash, chunks },
  });
  return { status: current === null ? "created" : "updated", document };
}
