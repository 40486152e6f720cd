import type { GraphNode } from "@parley/workflow-document";

export const TYPE_WORDS: Readonly<Record<string, string>> = {
  standard: "Conversation",
  retrieve_variable: "Read variables",
  api_call: "API call",
  agent_transfer: "Transfer to an agent",
  escalate: "Hand over to a human",
  end_call: "End",
};

export const NODE_TYPES = Object.entries(TYPE_WORDS).map(([value, label]) => ({ value, label }));

const WORDS = { system_prompt: "Prompt", static_text: "Fixed text", reason: "Reason", transfer_message: "Message" };
type Field = keyof typeof WORDS;

/** The texts that a node of each type may have; a standard node has one of the two. */
const TEXTS: Readonly<Record<string, readonly Field[]>> = {
  standard: ["system_prompt", "static_text"],
  api_call: ["static_text"],
  agent_transfer: ["transfer_message"],
  escalate: ["reason", "static_text"],
  end_call: ["static_text", "system_prompt"],
};

export interface NodeText {
  field: Field;
  label: string;
  value: string;
}

/** The texts that a node has, and the one to start with if it has none. */
export function fieldsOf({ type, fields }: Pick<GraphNode, "type" | "fields">): NodeText[] {
  const known = TEXTS[type] ?? [];
  const texts = known.map((field) => ({ field, label: WORDS[field], value: wordsOf(fields[field]) }));
  const written = texts.filter(({ value }) => value !== "");
  return written.length > 0 ? written : texts.slice(0, 1);
}

/** The required fields of a new node of a type. */
export const begunNode = (id: string, type: string, text: string): { id: string } & Record<string, unknown> => ({
  id,
  ...(type === "standard" ? {} : { type }),
  ...(type === "standard" ? { system_prompt: text } : {}),
  ...(type === "end_call" ? { static_text: text } : {}),
  ...(type === "escalate" ? { reason: text } : {}),
  ...(type === "agent_transfer" ? { target_agent_id: text } : {}),
  ...(type === "api_call" ? { api_call: { url: text } } : {}),
  ...(type === "retrieve_variable" ? { variables: [{ variable_name: "answer", extraction_prompt: text }] } : {}),
});

/** The text that is asked for when a node of a type is created. */
export const TEXT_OF_NEW: Readonly<Record<string, string>> = {
  standard: "Prompt",
  end_call: "Last words",
  escalate: "Reason for the human",
  agent_transfer: "Agent, by its name in addresses",
  api_call: "Address (https://…)",
  retrieve_variable: "What to find out",
};

const wordsOf = (value: unknown): string => (typeof value === "string" ? value : "");
