import { useQuery } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import type { Ingestion, KnowledgeDocument } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Block, Note } from "../ui/block.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { agentPage } from "./agent-frame.js";
import { IngestionList } from "./ingestion-list.js";
import { KnowledgeList } from "./knowledge-list.js";
import { KnowledgeSearch } from "./knowledge-search.js";
import { KnowledgeUpload } from "./knowledge-upload.js";

/** Polling interval of the list while vectors are computed. */
const LOOK_AGAIN_MS = 3_000;

interface Library {
  data: KnowledgeDocument[];
  more: boolean;
  ingesting: Ingestion[];
}

const isAtWork = ({ ingesting, data }: Library): boolean =>
  ingesting.some(({ status }) => status === "processing") ||
  data.some(({ embedding }) => embedding?.status === "queued" || embedding?.status === "processing");

/** The knowledge of an agent: its documents, and what a question finds in them. */
export const KnowledgePage = agentPage(({ agent: { slug } }) => <Knowledge agent={slug} />);

function Knowledge({ agent }: { agent: string }) {
  const api = useCalls(knowledgeCalls);
  const query = useQuery<Library>({
    queryKey: ["knowledge", agent],
    queryFn: answered(async () => {
      let ingesting: Ingestion[] = [];
      const answer = await allPages(async (cursor) => {
        const page = await api.documents(agent, cursor);
        if (page.type === "ok" && cursor === undefined) ingesting = page.value.ingesting;
        return page;
      });
      return answer.type === "ok" ? { type: "ok", value: { ...answer.value, ingesting } } : answer;
    }),
    refetchInterval: ({ state }) => (state.data && isAtWork(state.data) ? LOOK_AGAIN_MS : false),
  });
  const ingesting = query.data?.ingesting ?? [];
  const documents = query.data?.data ?? [];
  return (
    <>
      <Note>Documents that answers are made from. Switch it on with rag in the workflow.</Note>
      <KnowledgeUpload agent={agent} onAdded={() => void query.refetch()} />
      <Block title="Documents">
        <QueryView query={query}>
          {({ data, more }) => (
            <>
              <IngestionList ingesting={ingesting} />
              {data.length === 0 ? (
                <NoDocuments />
              ) : (
                <KnowledgeList agent={agent} documents={data} onChange={query.refetch} />
              )}
              {more && <Note>Only the newest {data.length} documents are shown.</Note>}
            </>
          )}
        </QueryView>
      </Block>
      {hasText(documents) && <KnowledgeSearch agent={agent} />}
    </>
  );
}

const hasText = (documents: KnowledgeDocument[]): boolean => documents.some(({ chunks }) => chunks > 0);

function NoDocuments() {
  return (
    <EmptyState title="No documents yet">
      Add a price list, opening hours or a handbook. They are cut into passages, and those that fit what a visitor says
      are shown to the model for that one answer.
    </EmptyState>
  );
}
