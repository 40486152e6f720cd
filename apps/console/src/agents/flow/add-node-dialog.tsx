import type { Graph } from "@parley/workflow-document";
import { useState } from "react";
import { Button } from "../../ui/button.js";
import { Combobox } from "../../ui/combobox.js";
import { Dialog } from "../../ui/dialog.js";
import { Select } from "../../ui/select.js";
import { TextArea, TextField } from "../../ui/text-field.js";
import { slugOf } from "../agent-name.js";
import { begunNode, NODE_TYPES, TEXT_OF_NEW } from "../node-words.js";
import type { MakeEdits } from "../use-edits.js";
import styles from "./flow-tab.module.css";

interface AddNodeProps {
  graph: Graph;
  /** The selected node: the new one is reached from it by default. */
  from: string | null;
  edit: MakeEdits;
  onAdded(id: string): void;
  onClose(): void;
}

/** Adds a valid node and the transition that leads to it. */
export function AddNodeDialog({ graph, from: chosen, edit, onAdded, onClose }: AddNodeProps) {
  const [name, setName] = useState("");
  const [type, setType] = useState("standard");
  const [text, setText] = useState("");
  const [from, setFrom] = useState(chosen);
  const [condition, setCondition] = useState("user_responded");
  const id = freeId(graph, slugOf(name).replaceAll("-", "_"));
  const ready = name.trim() !== "" && text.trim() !== "";
  const add = async (): Promise<void> => {
    const node = { ...begunNode(id, type, text.trim()), name: name.trim() };
    const reached = from === null ? [] : [{ do: "connect" as const, from, to: id, condition: condition.trim() }];
    if (!(await edit([{ do: "addNode", node, ...(from !== null && { after: from }) }, ...reached]))) return;
    onClose();
    onAdded(id);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a node"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!ready} onClick={() => void add()}>
            Add node
          </Button>
        </>
      }
    >
      <div className={styles.stack}>
        <TextField label="Name" value={name} onChange={setName} maxLength={255} help={name === "" ? "" : `Id: ${id}`} />
        <Select label="Kind" options={NODE_TYPES} value={type} onChange={setType} />
        <TextArea label={TEXT_OF_NEW[type] ?? "Text"} value={text} onChange={setText} />
        <Combobox
          label="Reached from"
          help="Empty: nothing leads to it yet."
          options={graph.nodes.map((node) => ({ value: node.id, label: node.name ?? node.id }))}
          value={from}
          onChange={setFrom}
        />
        {from !== null && (
          <TextField label="When" help="The condition of the way." mono value={condition} onChange={setCondition} />
        )}
      </div>
    </Dialog>
  );
}

/** The name as an id, with a number if another node has it. */
function freeId({ nodes }: Graph, wanted: string): string {
  const taken = new Set(nodes.map(({ id }) => id));
  const base = wanted || "node";
  let id = base;
  for (let count = 2; taken.has(id); count += 1) id = `${base}_${count}`;
  return id;
}
