import type { GraphEdge } from "@parley/workflow-document";
import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.js";
import { Combobox } from "../../ui/combobox.js";
import { IconButton } from "../../ui/icon-button.js";
import { TextField } from "../../ui/text-field.js";
import { CommitField } from "./commit-field.js";
import styles from "./flow-tab.module.css";
import type { NodePartProps } from "./node-part.js";

const HELP = "always · user_responded · contains:word · intent:name · variable:name=value";

/** The transitions of a node: conditions in the order in which they are evaluated. */
export function NodeWays(props: NodePartProps) {
  const { node, graph } = props;
  const own = graph.edges.filter(({ from }) => from === node.id);
  if (node.type === "end_call") return null;
  return (
    <div className={styles.part}>
      <h3>Leads to</h3>
      {own.length === 0 && <p className={styles.note}>Nowhere yet: the conversation stays in this node.</p>}
      {own.map((edge) => (
        <Way key={edge.id} {...props} edge={edge} count={own.length} />
      ))}
      <NewWay {...props} />
    </div>
  );
}

function Way({ graph, edit, edge, count }: NodePartProps & { edge: GraphEdge; count: number }) {
  const at = { from: edge.from, index: edge.index };
  const move = (to: number) => void edit([{ do: "reorderTransition", ...at, to }]);
  return (
    <div className={styles.way}>
      <CommitField
        label={`Condition ${edge.order + 1}`}
        value={edge.condition}
        onCommit={(condition) => edit([{ do: "editCondition", ...at, condition }])}
      />
      <div className={styles.wayFoot}>
        <Combobox
          label={`Target ${edge.order + 1}`}
          hideLabel
          options={graph.nodes.map(({ id, name }) => ({ value: id, label: name ?? id }))}
          value={edge.to}
          onChange={(to) => (to === null ? undefined : void edit([{ do: "retarget", ...at, to }]))}
        />
        <IconButton
          label="Try earlier"
          icon={<ArrowUp />}
          disabled={edge.index === 0}
          onClick={() => move(edge.index - 1)}
        />
        <IconButton
          label="Try later"
          icon={<ArrowDown />}
          disabled={edge.index === count - 1}
          onClick={() => move(edge.index + 1)}
        />
        <IconButton
          label={`Remove condition ${edge.order + 1}`}
          icon={<Trash2 />}
          onClick={() => void edit([{ do: "disconnect", ...at }])}
        />
      </div>
    </div>
  );
}

function NewWay({ node, graph, edit }: NodePartProps) {
  const [condition, setCondition] = useState("user_responded");
  const [to, setTo] = useState<string | null>(null);
  const connect = async (): Promise<void> => {
    if (to !== null && (await edit([{ do: "connect", from: node.id, to, condition: condition.trim() }]))) setTo(null);
  };
  return (
    <div className={styles.way}>
      <TextField label="New condition" help={HELP} mono value={condition} onChange={setCondition} />
      <Combobox
        label="Leads to"
        options={graph.nodes.map(({ id, name }) => ({ value: id, label: name ?? id }))}
        value={to}
        onChange={setTo}
      />
      <div className={styles.row}>
        <Button disabled={to === null} onClick={() => void connect()}>
          Connect
        </Button>
      </div>
    </div>
  );
}
