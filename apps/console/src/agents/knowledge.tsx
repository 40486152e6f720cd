import { useEffect } from "preact/hooks";
import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import type { Ingestion, KnowledgeDocument } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { IngestionList } from "./ingestion-list.js";
import { KnowledgeList } from "./knowledge-list.js";
import { KnowledgeSearch } from "./knowledge-search.js";
import { KnowledgeUpload } from "./knowledge-upload.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";

/** While vectors are made, the list looks again. */
const LOOK_AGAIN_MS = 3_000;

/** What an agent answers from: its documents, and what a question finds in them. */
export function KnowledgePage({ agent }: { agent: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`knowledge ${agent}`, async () => {
    let ingesting: Ingestion[] = [];
    const answer = await allPages(async (cursor) => {
      const page = await api.documents(agent, cursor);
      if (page.type === "ok" && cursor === undefined) ingesting = page.value.ingesting;
      return page;
    });
    return answer.type === "ok" ? { type: "ok", value: { ...answer.value, ingesting } } : answer;
  });
  const ingesting = loaded.state === "ready" ? loaded.value.ingesting : [];
  const documents = loaded.state === "ready" ? loaded.value.data : [];
  const isAtWork =
    ingesting.some(({ status }) => status === "processing") ||
    documents.some(({ embedding }) => embedding?.status === "queued" || embedding?.status === "processing");
  useEffect(() => {
    if (!isAtWork) return;
    const timer = setInterval(() => void reload(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAtWork, reload]);
  return (
    <>
      <PageHeader
        title="Knowledge"
        parent={{ href: pathOf({ page: "agent", agent }), label: agent }}
        lead="Documents that answers are made from. Switch it on with rag in the workflow."
      />
      <KnowledgeUpload agent={agent} onAdded={() => void reload()} />
      <section class="block" aria-labelledby="documents-title">
        <h2 id="documents-title">Documents</h2>
        <WhenReady loaded={loaded} onRetry={() => void reload()}>
          {({ data, more }) => (
            <>
              <IngestionList ingesting={ingesting} />
              {data.length === 0 ? <NoDocuments /> : <KnowledgeList agent={agent} documents={data} onChange={reload} />}
              {more && <p class="help">Only the newest {data.length} documents are shown.</p>}
            </>
          )}
        </WhenReady>
      </section>
      {hasText(documents) && <KnowledgeSearch agent={agent} />}
    </>
  );
}

const hasText = (documents: KnowledgeDocument[]): boolean => documents.some(({ chunks }) => chunks > 0);

function NoDocuments() {
  return (
    <Empty title="No documents yet">
      <p>
        Add a price list, opening hours or a handbook. They are cut into passages, and those that fit what a visitor
        says are shown to the model for that one answer.
      </p>
    </Empty>
  );
}
