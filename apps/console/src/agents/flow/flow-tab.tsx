import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import type { Agent } from "../../api/answers.js";
import { useStore } from "../../app/store.js";
import { Button } from "../../ui/button.js";
import { Flow } from "../../ui/flow/flow.js";
import { Select } from "../../ui/select.js";
import { agentPage } from "../agent-frame.js";
import type { Draft } from "../draft.js";
import { DraftView, GraphView } from "../draft-view.js";
import { TYPE_WORDS } from "../node-words.js";
import { useTalk } from "../try/use-talk.js";
import { useEdits } from "../use-edits.js";
import type { Read } from "../use-graph.js";
import { AddNodeDialog } from "./add-node-dialog.js";
import styles from "./flow-tab.module.css";
import { NodePanel } from "./node-panel.js";
import { OVERLAYS, type Overlay, useOverlay } from "./overlay.js";

const route = getRouteApi("/agents/$agent/flow");

/** The document as nodes and transitions; changes here change its text. */
export const FlowTab = agentPage(({ agent }) => (
  <DraftView agent={agent}>
    {(draft) => (
      <GraphView agent={agent} draft={draft}>
        {(read) => <FlowEditor agent={agent} draft={draft} read={read} />}
      </GraphView>
    )}
  </DraftView>
));

function FlowEditor({ agent, draft, read: { graph } }: { agent: Agent; draft: Draft; read: Read }) {
  const { node: selected = null } = route.useSearch();
  const navigate = useNavigate();
  const edit = useEdits(draft);
  const [adding, setAdding] = useState(false);
  const [overlay, setOverlay] = useState<Overlay>("none");
  const tried = useStore(useTalk(agent, draft).store);
  // During a try the user watches the path: its overlay is shown until another one is chosen.
  const shown = overlay === "none" && tried.open && tried.shown.length > 0 ? "try" : overlay;
  const marks = useOverlay(agent, shown, tried.shown);
  const select = (node: string | null): void =>
    void navigate({
      from: "/agents/$agent/flow",
      search: node === null ? {} : { node },
      replace: true,
      resetScroll: false,
    });
  const nodes = useMemo(
    () =>
      graph.nodes.map(({ id, position, name, type, text, isStart }) => ({
        ...{ id, x: position.x, y: position.y, title: name ?? id, kind: TYPE_WORDS[type] ?? type, text, isStart },
        mark: marks.node(id),
      })),
    [graph, marks],
  );
  const edges = useMemo(
    () => graph.edges.map((edge) => ({ ...edge, label: edge.condition, faint: marks.isFaint(edge) })),
    [graph, marks],
  );
  const chosen = graph.nodes.find(({ id }) => id === selected);
  return (
    <>
      <div className={styles.tools}>
        <Button icon={<Plus />} onClick={() => setAdding(true)}>
          Add a node
        </Button>
        <div className={styles.overlay}>
          <Select label="Overlay" hideLabel options={OVERLAYS} value={shown} onChange={setOverlay} />
        </div>
        {marks.note !== null && (
          <p className={styles.note} role="status">
            {marks.note}
          </p>
        )}
      </div>
      <div className={chosen ? styles.beside : undefined}>
        <Flow
          label={`Flow of ${agent.name}`}
          nodes={nodes}
          edges={edges}
          selected={selected}
          onSelect={select}
          onConnect={(from, to) =>
            void edit([{ do: "connect", from, to, condition: "user_responded" }]).then(() => select(from))
          }
          onRetarget={(id, to) => {
            const edge = graph.edges.find((one) => one.id === id);
            if (edge) void edit([{ do: "retarget", from: edge.from, index: edge.index, to }]);
          }}
        />
        {chosen && (
          <NodePanel key={chosen.id} agent={agent} node={chosen} graph={graph} edit={edit} onSelect={select} />
        )}
      </div>
      {adding && (
        <AddNodeDialog graph={graph} from={selected} edit={edit} onAdded={select} onClose={() => setAdding(false)} />
      )}
    </>
  );
}
