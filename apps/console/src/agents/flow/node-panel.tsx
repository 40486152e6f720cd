import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useState } from "react";
import type { Agent } from "../../api/answers.js";
import { Button, LinkButton } from "../../ui/button.js";
import { Switch } from "../../ui/choices.js";
import { ConfirmDialog } from "../../ui/confirm-dialog.js";
import { IconButton } from "../../ui/icon-button.js";
import { DraftArea, DraftText } from "../draft-field.js";
import { fieldsOf, TYPE_WORDS } from "../node-words.js";
import { CommitField } from "./commit-field.js";
import styles from "./flow-tab.module.css";
import type { NodePartProps } from "./node-part.js";
import { NodeWays } from "./node-ways.js";

/** One node: its texts, its transitions, and the actions on it. */
export function NodePanel({ agent, node, graph, edit, onSelect }: NodePartProps & { agent: Agent }) {
  const set = (fields: Record<string, unknown>) => edit([{ do: "editNode", id: node.id, fields }]);
  const rename = async (to: string): Promise<boolean> => {
    const done = await edit([{ do: "renameNode", id: node.id, to }]);
    if (done) onSelect(to);
    return done;
  };
  return (
    <aside className={styles.panel} aria-label={`Node ${node.name ?? node.id}`}>
      <div className={styles.head}>
        <h2>{TYPE_WORDS[node.type] ?? node.type}</h2>
        <IconButton label="Close" icon={<X />} onClick={() => onSelect(null)} />
      </div>
      <DraftText label="Name" value={node.name ?? ""} onWrite={(text) => set({ name: text === "" ? null : text })} />
      <CommitField label="Id" help="References to it are updated." value={node.id} onCommit={rename} />
      {fieldsOf(node).map(({ field, label, value }) => (
        <DraftArea
          key={field}
          label={label}
          rows={4}
          value={value}
          onWrite={(text) => set({ [field]: text === "" ? null : text })}
        />
      ))}
      {node.type === "standard" && (
        <Switch
          label="Speaks without waiting for a message"
          value={node.fields.proactive === true}
          onChange={(proactive) => void set({ proactive: proactive || null })}
        />
      )}
      <NodeWays {...{ node, graph, edit, onSelect }} />
      <NodeActions {...{ node, graph, edit, onSelect }} />
      <LinkButton look="quiet" small to="/agents/$agent/document" params={{ agent: agent.slug }}>
        All fields in the document, line {node.line}
      </LinkButton>
    </aside>
  );
}

function NodeActions({ node, graph, edit, onSelect }: NodePartProps) {
  const [removing, setRemoving] = useState(false);
  const title = node.name ?? node.id;
  const into = graph.edges.filter(({ to, from }) => to === node.id && from !== node.id).length;
  return (
    <div className={styles.part}>
      <div className={styles.row}>
        {!node.isStart && <Button onClick={() => void edit([{ do: "setStart", id: node.id }])}>Begin here</Button>}
        <IconButton
          label="Earlier in the document"
          icon={<ArrowUp />}
          disabled={node.index === 0}
          onClick={() => void edit([{ do: "reorderNode", id: node.id, to: node.index - 1 }])}
        />
        <IconButton
          label="Later in the document"
          icon={<ArrowDown />}
          disabled={node.index === graph.nodes.length - 1}
          onClick={() => void edit([{ do: "reorderNode", id: node.id, to: node.index + 1 }])}
        />
        <Button look="danger" onClick={() => setRemoving(true)}>
          Remove node
        </Button>
      </div>
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${title}?`}
        consequences={[
          "Its text and its ways go from the draft; the live version keeps them until you publish.",
          into === 0
            ? "Nothing leads to it."
            : `${into === 1 ? "One way leads" : `${into} ways lead`} to it and go as well.`,
        ]}
        action="Remove node"
        run={async () => {
          if (await edit([{ do: "removeNode", id: node.id }])) onSelect(null);
        }}
      />
    </div>
  );
}
