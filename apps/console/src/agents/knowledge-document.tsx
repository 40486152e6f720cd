import { useState } from "preact/hooks";
import { useLoad } from "../parts/use-load.js";
import type { Passage } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { DocumentFacts } from "./knowledge-list.js";
import { PageHeader } from "../parts/page-header.js";
import { ProblemCard, WhenReady } from "../parts/states.js";

/** The text of one revision, in the passages it was cut into. */
export function KnowledgeDocumentPage({ agent, id }: { agent: string; id: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(id, () => api.documentText(agent, id, null));
  const shown = loaded.state === "ready" ? loaded.value : null;
  return (
    <>
      <PageHeader
        title={shown?.name ?? "Document"}
        parent={{ href: pathOf({ page: "knowledge", agent }), label: "Knowledge" }}
        lead={shown === null ? undefined : `Revision ${shown.revision}`}
      />
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {(document) => (
          <>
            <DocumentFacts document={document} />
            <Passages key={document.id} {...{ agent, id }} passages={document.passages} next={document.next_after} />
          </>
        )}
      </WhenReady>
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
  const api = useApi();
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
    <section class="block" aria-labelledby="text-title">
      <h2 id="text-title">Text</h2>
      <p class="help">
        As an answer sees it: in passages, each with the headings above it and the end of the one before.
      </p>
      <ol class="rows">
        {[...first, ...more.passages].map(({ n, heading, text }) => (
          <li key={n} class="row">
            {heading !== "" && <h3 class="row-title">{heading}</h3>}
            <p class="passage-text">{text}</p>
          </li>
        ))}
      </ol>
      {problem && <ProblemCard problem={problem} />}
      {more.next !== null && (
        <button type="button" class="button quiet more" aria-disabled={busy} onClick={() => void load()}>
          {busy ? "Loading…" : "Show more"}
        </button>
      )}
    </section>
  );
}
