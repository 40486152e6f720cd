import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Passage } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Block, Buttons, Note, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { ProblemCard } from "../ui/problem-card.js";
import { QueryView } from "../ui/query-view.js";
import styles from "./knowledge.module.css";
import { documentFacts } from "./knowledge-list.js";

const route = getRouteApi("/knowledge/$agent/$id");

/** The text of one revision, in the passages it was cut into. */
export function KnowledgeDocumentPage() {
  const { agent, id } = route.useParams();
  const api = useCalls(knowledgeCalls);
  const query = useQuery({
    queryKey: ["knowledge", agent, id],
    queryFn: answered(() => api.documentText(agent, id, null)),
    gcTime: 0,
  });
  const shown = query.data ?? null;
  return (
    <>
      <PageHeader
        title={shown?.name ?? "Document"}
        parent={{ to: "/knowledge/$agent", params: { agent }, label: "Knowledge" }}
        lead={shown === null ? undefined : `Revision ${shown.revision}`}
      />
      <QueryView query={query}>
        {(document) => (
          <>
            <Note>
              {documentFacts(document).map((fact, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the facts never move.
                <span key={index} className={styles.fact}>
                  {fact}
                </span>
              ))}
            </Note>
            <Passages key={document.id} {...{ agent, id }} passages={document.passages} next={document.next_after} />
          </>
        )}
      </QueryView>
    </>
  );
}

interface PassagesProps {
  agent: string;
  id: string;
  passages: Passage[];
  next: number | null;
}

function Passages({ agent, id, passages: first, next: firstNext }: PassagesProps) {
  const api = useCalls(knowledgeCalls);
  const [more, setMore] = useState<{ passages: Passage[]; next: number | null }>({ passages: [], next: firstNext });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    if (busy || more.next === null) return;
    setBusy(true);
    const answer = await api.documentText(agent, id, more.next);
    setBusy(false);
    if (answer.type !== "ok") return setProblem(answer);
    setProblem(null);
    setMore({ passages: [...more.passages, ...answer.value.passages], next: answer.value.next_after });
  };
  return (
    <Block
      title="Text"
      lead="As an answer sees it: in passages, each with the headings above it and the end of the one before."
    >
      <Rows ordered>
        {[...first, ...more.passages].map(({ n, heading, text }) => (
          <Row key={n} title={heading === "" ? undefined : heading}>
            <p className={styles.passage}>{text}</p>
          </Row>
        ))}
      </Rows>
      {problem && <ProblemCard problem={problem} />}
      {more.next !== null && (
        <Buttons>
          <Button busy={busy} onClick={() => void load()}>
            Show more
          </Button>
        </Buttons>
      )}
    </Block>
  );
}
