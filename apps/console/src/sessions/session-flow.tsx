import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { TYPE_WORDS } from "../agents/node-words.js";
import { versionTextOf } from "../agents/use-draft.js";
import { useGraph } from "../agents/use-graph.js";
import type { Session, TracedTurn } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench, type WorkbenchApi } from "../api/use-workbench.js";
import { Flow } from "../ui/flow/flow.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { Skeleton } from "../ui/skeleton.js";
import { EmptyState } from "../ui/states.js";
import { Chip } from "../ui/status.js";
import styles from "./session-flow.module.css";
import { pathOf, type Visits } from "./session-path.js";
import { plural } from "./session-rows.js";

const route = getRouteApi("/sessions/$id/flow");

interface Known {
  session: Session;
  turns: TracedTurn[];
  /** The document of the version it ran with, as text. */
  text: string;
  more: boolean;
}

/** The path of a session in the graph of its version, with the order, and where it is or ended. */
export function SessionFlowPage() {
  const { id } = route.useParams();
  const api = useWorkbench();
  const query = useQuery({ queryKey: ["session", id, "flow"], queryFn: answered(() => read(api, id)), gcTime: 0 });
  return (
    <>
      <PageHeader
        title="Path in the flow"
        parent={{ to: "/sessions/$id", params: { id }, label: "Session" }}
        lead={<span className="mono">{id}</span>}
      />
      <QueryView query={query}>{(known) => <Path known={known} />}</QueryView>
    </>
  );
}

/** Limit of trace pages; a longer path could not be read. */
const MAX_PAGES = 10;

async function read(api: WorkbenchApi, id: string) {
  const session = await api.session(id);
  if (session.type !== "ok") return session;
  const { agent_id: agent, agent_config_version: version } = session.value;
  const text = await versionTextOf(api, agent, version);
  if (text.type !== "ok") return text;
  const turns: TracedTurn[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const trace = await api.trace(id, cursor ?? undefined);
    if (trace.type !== "ok") return trace;
    turns.push(...trace.value.turns);
    cursor = trace.value.next_cursor;
    if (cursor === null) break;
  }
  return { type: "ok" as const, value: { session: session.value, turns, text: text.value, more: cursor !== null } };
}

function Path({ known: { session, turns, text, more } }: { known: Known }) {
  const graph = useGraph(text)?.graph;
  const path = useMemo(() => pathOf(turns), [turns]);
  const [selected, setSelected] = useState<string | null>(null);
  const over = session.ended_at !== null;
  const nodes = useMemo(
    () =>
      (graph?.nodes ?? []).map(({ id, position, name, type, text: words, isStart }) => ({
        ...{
          id,
          x: position.x,
          y: position.y,
          title: name ?? id,
          kind: TYPE_WORDS[type] ?? type,
          text: words,
          isStart,
        },
        mark: markOf(path.visits.get(id), id === path.last ? (over ? "ended here" : "is here") : null),
      })),
    [graph, path, over],
  );
  const edges = useMemo(
    () =>
      (graph?.edges ?? []).map((edge) => ({
        ...edge,
        label: edge.condition,
        faint: !path.taken.has(`${edge.from} ${edge.condition} ${edge.to}`),
      })),
    [graph, path],
  );
  if (graph === undefined) return <Skeleton lines={6} />;
  if (path.way.length === 0) {
    return (
      <EmptyState title="No turn yet">
        <p>The path appears with the agent's first reply.</p>
      </EmptyState>
    );
  }
  return (
    <div className={styles.page}>
      <p className={styles.note} role="status">
        Version {session.agent_config_version}: {plural(path.visits.size, "node")} in {plural(path.way.length, "step")}.{" "}
        {over ? "It ended" : "It is"} at <strong>{path.last}</strong>.
        {more && " The session has more turns than are shown."}
        {path.transferred && " It was transferred: nodes of the other agent stand in the list alone."}
      </p>
      <Flow
        label="Path of the session"
        {...{ nodes, edges, selected }}
        sees={[...path.visits.keys()]}
        onSelect={setSelected}
      />
      <section>
        <h2 className={styles.title}>The way</h2>
        <ol className={styles.way} aria-label="The way">
          {path.way.map(({ node, turn, condition }, index) => (
            <li key={String(index)}>
              <span className={styles.step}>{index + 1}</span>
              <span className="mono">{node}</span>
              <span className={styles.muted}>
                turn {turn}
                {condition !== null && `, ${condition}`}
              </span>
              {index === path.way.length - 1 && <Chip tone="accent">{over ? "ended here" : "is here"}</Chip>}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function markOf(visited: Visits | undefined, here: string | null) {
  if (visited === undefined) return null;
  const text = `Step ${visited.join(", ")}${here === null ? "" : `, ${here}`}`;
  return { tone: here === null ? ("good" as const) : ("accent" as const), text };
}
