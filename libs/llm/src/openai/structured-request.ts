import type { ModelMessage, ModelSettings } from "../model.js";

export interface StructuredRequest {
  /** Name of the schema: `extraction`, `classification`. */
  name: string;
  schema: Record<string, unknown>;
  system: string;
  /** Conversation data, as JSON in one user message: data to judge, not a dialogue to continue. */
  data: { context: ModelMessage[]; message?: string; values?: Record<string, string> };
  settings: ModelSettings;
}
