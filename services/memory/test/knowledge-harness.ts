import { createHash } from "node:crypto";
import type { Bus } from "@parley/bus";
import {
  addKnowledge,
  deleteKnowledge,
  KNOWLEDGE_PART_BYTES,
  type KnowledgeDocument,
  type KnowledgeMediaType,
  newId,
  type Principal,
  putKnowledgePart,
  type RetrievalQuery,
  type Retrieved,
  retrieve,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { createScriptedModel, type Embedder } from "@parley/llm";
import { withPostgresClient } from "@parley/local-servers";
import { eventually, world } from "@parley/testkit";
import { createMemory, memoryConfig } from "../src/index.js";

export interface Place {
  principal: Principal & { tenantId: string };
  agentId: string;
}

export interface KnowledgeHarness {
  bus: Bus;
  db: Db;
  /** Address of the database's owner. */
  adminUrl: string;
  start(embedder?: Embedder | null): Promise<void>;
  stop(): Promise<void>;
  /** A new agent, of a new tenant unless one is given. */
  agent(tenant?: Place): Promise<Place>;
  /** What an import does to the number of versions. */
  nextVersion(place: Place): Promise<number>;
  add(
    place: Place,
    name: string,
    content: string | Buffer,
    more?: { mediaType?: KnowledgeMediaType; language?: "english" | "german" | "simple" },
  ): Promise<{ status: string; document: KnowledgeDocument }>;
  remove(place: Place, id: string): Promise<void>;
  find(place: Place, text: string, more?: Partial<RetrievalQuery> & { version?: number }): Promise<Retrieved>;
  /** Documents of an agent that have vectors. */
  embedded(place: Place): Promise<number>;
  /** What time does to the claims of documents that wait for their vectors. */
  giveUpClaims(): Promise<void>;
  close(): Promise<void>;
}

/** The memory service on a NATS and a database of its own, with any embedding model. */
export async function knowledgeHarness(settings: Record<string, unknown> = {}): Promise<KnowledgeHarness> {
  const stage = await world();
  const { bus, db, database } = stage;
  let running: { stop(): Promise<void> } | null = null;

  const stop = async (): Promise<void> => {
    await running?.stop();
    running = null;
  };
  const harness: KnowledgeHarness = {
    bus,
    db,
    adminUrl: database.adminUrl,
    stop,
    async start(embedder = null) {
      const model = { ...createScriptedModel(), ...(embedder === null ? {} : { embedder }) };
      const config = memoryConfig.parse({ KNOWLEDGE_POLL_SECONDS: 0.05, MEMORY_POLL_SECONDS: 3_600, ...settings });
      running = await stage.start((deps) => createMemory({ ...deps, config, model }));
    },
    async agent(tenant) {
      const tenantId = tenant?.principal.tenantId ?? newId();
      const agentId = newId();
      await db.tenant(tenantId, async (trx) => {
        if (!tenant) await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
        await sql`insert into agents (id, tenant_id, name, slug, latest_version)
          values (${agentId}, ${tenantId}, ${agentId}, ${`a-${agentId}`}, 1)`.execute(trx);
      });
      return { principal: { tenantId, role: "editor", via: "token", id: "test" }, agentId };
    },
    async nextVersion({ principal, agentId }) {
      const { rows } = await db.tenant(principal.tenantId, (trx) =>
        sql<{ n: number }>`update agents set latest_version = latest_version + 1 where id = ${agentId}
          returning latest_version as n`.execute(trx),
      );
      return rows[0]?.n ?? 0;
    },
    async add({ principal, agentId }, name, content, { mediaType = "text/markdown", language = "simple" } = {}) {
      const data = Buffer.from(content);
      const uploadId = newId();
      for (let n = 0; n * KNOWLEDGE_PART_BYTES < data.length; n += 1) {
        const part = data.subarray(n * KNOWLEDGE_PART_BYTES, (n + 1) * KNOWLEDGE_PART_BYTES).toString("base64");
        await eventually(() => bus.call(putKnowledgePart, { principal, uploadId, n, data: part }));
      }
      const sha256 = createHash("sha256").update(data).digest("hex");
      const upload = { uploadId, bytes: data.length, sha256 };
      return bus.call(addKnowledge, { principal, agent: agentId, ...upload, name, mediaType, language });
    },
    async remove({ principal, agentId }, id) {
      await bus.call(deleteKnowledge, { principal, agent: agentId, id });
    },
    find({ principal, agentId }, text, { version = 1, ...more } = {}) {
      const query = { text, search_mode: "fts", top_k: 5, rrf_k: 60, vector_weight: 0.6, fts_weight: 0.4 } as const;
      return bus.call(
        retrieve,
        { tenantId: principal.tenantId, agentId, version, query: { ...query, ...more } },
        { deadlineMs: 10_000 },
      );
    },
    async embedded({ principal, agentId }) {
      const { rows } = await db.tenant(principal.tenantId, (trx) =>
        sql<{ n: number }>`select count(*)::int as n from knowledge_documents
          where agent_id = ${agentId} and embedding_model is not null`.execute(trx),
      );
      return rows[0]?.n ?? 0;
    },
    giveUpClaims: () =>
      withPostgresClient(database.adminUrl, async (client) => {
        await client.query("update knowledge_documents set embedding_claimed_until = null");
      }),
    close: () => stage.close(),
  };
  return harness;
}
