import type { ReactNode } from "react";
import type { Agent } from "../api/answers.js";
import { useStore } from "../app/store.js";
import { LinkButton } from "../ui/button.js";
import { QueryView } from "../ui/query-view.js";
import { Skeleton } from "../ui/skeleton.js";
import { EmptyState } from "../ui/states.js";
import type { Draft } from "./draft.js";
import { DraftBar } from "./draft-bar.js";
import { TryBeside } from "./try/try-beside.js";
import { useDraft } from "./use-draft.js";
import { type Read, useGraph } from "./use-graph.js";

interface DraftViewProps {
  agent: Agent;
  children: (draft: Draft) => ReactNode;
}

/** The frame of all tabs that work on the draft: the same bar above each. */
export function DraftView({ agent, children }: DraftViewProps) {
  const query = useDraft(agent);
  return (
    <QueryView query={query}>
      {(draft) => (
        <>
          <DraftBar agent={agent} draft={draft} />
          <TryBeside agent={agent} draft={draft}>
            {children(draft)}
          </TryBeside>
        </>
      )}
    </QueryView>
  );
}

/** The draft as a graph; for a text that is not a valid document yet, a hint how to fix it. */
export function GraphView({
  agent,
  draft,
  children,
}: {
  agent: Agent;
  draft: Draft;
  children: (read: Read) => ReactNode;
}) {
  const { text } = useStore(draft.store);
  const read = useGraph(text);
  if (read === null) return <Skeleton lines={6} />;
  if (read.graph.readable) return children(read);
  const [first] = read.graph.findings;
  return (
    <EmptyState
      title="The document has no nodes that can be read"
      action={
        <LinkButton to="/agents/$agent/document" params={{ agent: agent.slug }}>
          Open the document
        </LinkButton>
      }
    >
      {first === undefined ? "Write at least one node." : `Line ${first.line}: ${first.message}`}
    </EmptyState>
  );
}
