import type { AttachedFile } from "@parley/contracts";

/** One message of a conversation, as a model reads it. */
export interface HistoryItem {
  role: "user" | "assistant";
  content: string;
  /** The node that answered; null for the visitor. */
  node_id: string | null;
  files?: AttachedFile[] | null;
  /** The files as the model reads them; created once, when the message is first shown to it. */
  attached?: string;
}
