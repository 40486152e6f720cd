import type { GraphNode } from "@parley/workflow-document";
import type { Agent } from "../api/answers.js";
import { LinkButton } from "../ui/button.js";
import { Chip } from "../ui/status.js";
import { agentPage } from "./agent-frame.js";
import type { Draft } from "./draft.js";
import { DraftArea } from "./draft-field.js";
import { DraftView, GraphView } from "./draft-view.js";
import { ForEditors } from "./for-editors.js";
import { fieldsOf, TYPE_WORDS } from "./node-words.js";
import { useEdits } from "./use-edits.js";
import type { Read } from "./use-graph.js";
import styles from "./workbench.module.css";

/** The instructions and texts of the agent, as plain text without YAML. */
export const PromptTab = agentPage(({ agent }) => (
  <ForEditors agent={agent.slug}>
    <DraftView agent={agent}>
      {(draft) => (
        <GraphView agent={agent} draft={draft}>
          {(read) => <Prompts agent={agent} draft={draft} read={read} />}
        </GraphView>
      )}
    </DraftView>
  </ForEditors>
));

function Prompts({ agent, draft, read: { graph } }: { agent: Agent; draft: Draft; read: Read }) {
  const edit = useEdits(draft);
  const { global_prompt: global } = graph.settings;
  return (
    <div className={styles.prompts}>
      <DraftArea
        label="Global prompt"
        help="Who the agent is and what it knows. It precedes the prompt of every node."
        rows={8}
        value={typeof global === "string" ? global : ""}
        onWrite={(text) => edit([{ do: "editWorkflow", fields: { global_prompt: text === "" ? null : text } }])}
      />
      {graph.nodes.map((node) => (
        <NodePrompt
          key={node.id}
          agent={agent}
          node={node}
          onWrite={(field, text) =>
            edit([{ do: "editNode", id: node.id, fields: { [field]: text === "" ? null : text } }])
          }
        />
      ))}
    </div>
  );
}

interface NodePromptProps {
  agent: Agent;
  node: GraphNode;
  onWrite(field: string, text: string): Promise<boolean>;
}

function NodePrompt({ agent, node, onWrite }: NodePromptProps) {
  const fields = fieldsOf(node);
  if (fields.length === 0) return null;
  return (
    <section className={styles.prompt} aria-label={node.name ?? node.id}>
      <div className={styles.nodeHead}>
        <h2 className={styles.title}>{node.name ?? node.id}</h2>
        {node.isStart && <Chip tone="accent">Start</Chip>}
        <span className={styles.muted}>{TYPE_WORDS[node.type] ?? node.type}</span>
        <LinkButton
          look="quiet"
          small
          to="/agents/$agent/flow"
          params={{ agent: agent.slug }}
          search={{ node: node.id }}
          aria-label={`Show in flow: ${node.name ?? node.id}`}
        >
          Show in flow
        </LinkButton>
      </div>
      {fields.map(({ field, label, value }) => (
        <DraftArea
          key={field}
          label={`${label} of ${node.name ?? node.id}`}
          shown={label}
          rows={3}
          value={value}
          onWrite={(text) => onWrite(field, text)}
        />
      ))}
    </section>
  );
}
