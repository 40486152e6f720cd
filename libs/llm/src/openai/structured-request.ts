import type { ModelMessage, ModelSettings } from "../model.js";
import type { SentMessage } from "./reply-messages.js";

export interface StructuredRequest {
  /** Name of the schema: `extraction`, `classification`. */
  name: string;
  schema: Record<string, unknown>;
  system: string;
  /** Conversation data, as JSON in one user message: data to judge, not a dialogue to continue. */
  data: { context: ModelMessage[]; message?: string; values?: Record<string, string> };
  settings: ModelSettings;
}

/** The messages of a structured request as they are sent. */
export const structuredMessages = ({ system, data }: Pick<StructuredRequest, "system" | "data">): SentMessage[] => [
  { role: "system", content: system },
  { role: "user", content: JSON.stringify(data) },
];
