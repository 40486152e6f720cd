import type {
  AttachedFile,
  MessagePart,
  SessionEvent,
  TransitionInfo,
  TurnResult,
  WrittenEvent,
} from "@parley/contracts";

/** What every turn is committed with; the members are those of commit_turns(). */
interface CommitBase {
  tenant_id: string;
  conversation_id: string;
  fence: number;
  seq: number;
  kind: TurnResult["kind"];
  lease_ms: number;
  dead: string | null;
  user: { content: string; client_message_id: string | null; files: AttachedFile[] | null; created_at: string } | null;
  /** JSON text, so that its bytes stay. */
  trace: string | null;
  /** So many failed messages in a row ask for a human; 0 = never. */
  escalate_after?: number;
  /** What the turn is charged to its link's budget; cost in US dollars. */
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
  /** Seconds after the node's entry at which its next timeout is over; null = it has none any more; absent = it never had one. */
  timer_seconds?: number | null;
  variables: Record<string, unknown>;
  /** What is to be remembered of the person; see note_memory(). */
  memory?: { agent_id: string; subject: string; address_sealed: string; notes: string[] };
  /** The trace names deliveries. */
  has_webhooks: boolean;
  finish_reason: "complete" | "stopped";
  /** JSON text: a repeated request gets the very same answer. */
  result: string;
}

interface FailedTurn extends CommitBase {
  failed: string;
}

/** A turn asks for a human. */
export interface AskedEscalation {
  reason: string | null;
  source: "workflow" | "sentiment" | "limits";
  /** The agent says nothing until somebody has come and gone. */
  silent: boolean;
}

export type CommitItem = AnsweredTurn | FailedTurn;

export interface CommitAnswer {
  outcome: "committed" | "fenced";
  more?: boolean;
  head?: number;
  events?: SessionEvent[];
}
