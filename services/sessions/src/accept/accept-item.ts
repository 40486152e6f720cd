import type { SessionEvent, TurnState } from "@parley/contracts";
import type { AccessRow } from "../access.js";

export interface AcceptItem {
  access: AccessRow & { sends: true };
  content: string;
  client_message_id: string | null;
  /** Ids of files uploaded to the session. */
  files: string[];
  idem_key: string | null;
  idem_fingerprint: string | null;
  signature: string | null;
  reply_to: string;
}

export interface Accepted {
  replayed: boolean;
  turn: TurnState;
  session_id: string;
  conversation_id: string;
  tenant_id: string;
  messages_used: number;
  max_messages: number | null;
  expires_at: string | null;
  event?: SessionEvent | undefined;
  /** The lease of the session, granted with this message; runner: bus id of the one that has the session cached. */
  granted?: { fence: number; created_at: string; runner: string | null };
}
