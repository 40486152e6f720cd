import type {
  AttachedFile,
  MessagePart,
  SessionEvent,
  TransitionInfo,
  TurnResult,
  WrittenEvent,
} from "@parley/contracts";

/** Fields that every turn is committed with, as commit_turns() reads them. */
interface CommitBase {
  tenant_id: string;
  conversation_id: string;
  fence: number;
  seq: number;
  kind: TurnResult["kind"];
  lease_ms: number;
  dead: string | null;
  user: { content: string; client_message_id: string | null; files: AttachedFile[] | null; created_at: string } | null;
  /** JSON text, so that its bytes are preserved. */
  trace: string | null;
  /** Number of consecutive failed messages after which a human is requested; 0 = never. */
  escalate_after?: number;
  /** What the turn charges to its link's budget; cost in US dollars. */
  spent?: { link_id: string; tokens: number; cost: number };
}

export interface AnsweredTurn extends CommitBase {
  failed: null;
  state: unknown;
  node_id: string;
  node_name: string | null;
  node_changed: boolean;
  ended: boolean;
  turn_number: number;
  messages: MessagePart[];
  transitions: TransitionInfo[];
  /** Further events of this turn, in order. */
  notices: Extract<WrittenEvent, { type: "escalation" }>[];
  /** The turn handed the conversation to a human. */
  escalation?: AskedEscalation;
  /** Seconds after entering the node at which its next timeout fires; null = it no longer has one; absent = it never had one. */
  timer_seconds?: number | null;
  variables: Record<string, unknown>;
  /** What to remember about the person; see note_memory(). */
  memory?: { agent_id: string; subject: string; address_sealed: string; notes: string[] };
  /** The trace contains webhook deliveries. */
  has_webhooks: boolean;
  finish_reason: "complete" | "stopped";
  /** JSON text: a repeated request gets exactly the same answer. */
  result: string;
}

interface FailedTurn extends CommitBase {
  failed: string;
}

/** A turn asks for a human. */
export interface AskedEscalation {
  reason: string | null;
  source: "workflow" | "sentiment" | "limits";
  /** The agent is silent until a human has handled the session and handed it back. */
  silent: boolean;
}

export type CommitItem = AnsweredTurn | FailedTurn;

export interface CommitAnswer {
  outcome: "committed" | "fenced";
  more?: boolean;
  head?: number;
  events?: SessionEvent[];
}
