/** Bodies and answers of the text chat API, named and typed as its reference document has them. */
export interface TransitionInfo {
  from_node: string;
  from_node_name: string | null;
  to_node: string;
  to_node_name: string | null;
  condition: string | null;
}

export interface MessagePart {
  node_id: string;
  node_name: string | null;
  content: string;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  /** US dollars; null when the model has no listed price. */
  cost: number | null;
}

export interface Participant {
  email?: string;
  name?: string;
  identifier?: string;
}

export interface CreateSessionRequest {
  tenant_id: string;
  agent_id: string;
  /** From 1; without it the active version answers. */
  version?: number;
  metadata?: Record<string, unknown>;
  participant?: Participant;
}

export interface SessionCreated {
  session_id: string;
  conversation_id: string;
  status: "active";
  node_id: string;
  node_name: string | null;
  initial_node_id: string;
  initial_node_name: string | null;
  transitions: TransitionInfo[];
  agent_config_version: number;
  is_active_version: boolean;
  initial_message: string | null;
  created_at: string;
  messages: MessagePart[];
  turn_id: string;
  usage: Usage;
  expires_at: string | null;
}

export interface TurnAnswered {
  response: string;
  node_id: string;
  node_name: string | null;
  previous_node_id: string;
  previous_node_name: string | null;
  transitions: TransitionInfo[];
  /** The last of `transitions`. */
  transition: TransitionInfo | null;
  extracted_variables: Record<string, unknown> | null;
  session_ended: boolean;
  turn_number: number;
  latency_ms: number;
  messages: MessagePart[];
  turn_id: string;
  usage: Usage;
  /** Messages that may still be sent; null = no limit. */
  remaining_messages: number | null;
  /** `stopped`: the answer ends where it was stopped. */
  finish_reason: "complete" | "stopped";
  /** `human`: a human has the session or is waited for, and the agent is silent. */
  handled_by: "agent" | "human";
  /** With `human`: whether somebody has it (`assigned`) or is waited for. `since` null = asked for by this turn. */
  escalation?: Omit<SessionEscalation, "id" | "answer_by_mail">;
}

/** Whether a human has a session or is waited for. */
export interface SessionEscalation {
  id: string;
  status: "waiting" | "assigned";
  /** Since when they wait, or somebody has it. */
  since: string | null;
  assigned_name: string | null;
  reason: string | null;
  /** The visitor has left an address for the answer. */
  answer_by_mail?: boolean | undefined;
}

/** A message that was taken and is answered later. */
export interface TurnAccepted {
  turn_id: string;
  events_url: string;
  status_url?: string;
  session_id: string;
}

/** What became of a message. The members of the answer are there once it has one; a stopped turn may have none. */
export interface TurnShown extends Partial<Omit<TurnAnswered, "turn_id">> {
  turn_id: string;
  session_id: string;
  status: "queued" | "running" | "completed" | "failed" | "stopped";
  /** The problem document of a failed turn. */
  error?: {
    type: string;
    /** Path of the page that explains the code, on the server that answered. */
    doc_url: string;
    title: string;
    status: number;
    detail: string;
    code: string;
    message: string;
    request_id: string;
    errors?: { pointer: string; rule: string; message: string }[];
    retry_after?: number;
    [member: string]: unknown;
  };
}

export type SessionStatus = "active" | "completed" | "abandoned" | "error";

export interface SessionShown {
  session_id: string;
  conversation_id: string;
  status: SessionStatus;
  node_id: string;
  node_name: string | null;
  turns: number;
  transition_count: number;
  collected_data: Record<string, unknown>;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
  end_reason: string | null;
  expires_at: string | null;
  remaining_messages: number | null;
  message_count: number;
  agent_config_version: number;
  metadata: Record<string, unknown>;
  tenant_id: string;
  agent_id: string;
  link_id: string | null;
  last_event_id: string;
  /** What the visitor thinks of the conversation. */
  feedback?: { rating: number; text: string | null; created_at: string; updated_at: string } | null;
  /** `human`: an operator has the session, and the agent is silent. */
  handled_by?: "agent" | "human";
  operator_name?: string | null;
  /** Since when the visitor waits for a person whom nobody is yet; null = they wait for none. */
  waiting_since?: string | null;
  /** Null = nobody was asked for, or it is over. */
  escalation?: SessionEscalation | null;
  /** With whom, as they or their page said. */
  participant?: {
    [member: string]: unknown;
    email?: string;
    name?: string;
    identifier?: string;
    metadata?: Record<string, unknown>;
  };
  /** Their address was confirmed, or a backend vouches for it. */
  participant_verified?: boolean;
  /** When its content was removed; null while it is there. */
  purged_at?: string | null;
  /** What its turns had used when its content was removed; cost in US dollars, null = unknown. */
  usage?: { input_tokens: number; output_tokens: number; cost: number | null } | null;
}

export interface SessionClosed {
  success: true;
  conversation_id: string;
  final_node_id: string;
  final_node_name: string | null;
  total_turns: number;
  total_transitions: number;
}

export interface HistoryMessage {
  id: string;
  /** 1..N without gaps; 0 while the message still waits for its turn. */
  sequence: number;
  turn_id: string;
  role: "user" | "assistant";
  content: string;
  node_id: string | null;
  node_name: string | null;
  client_message_id: string | null;
  files?: { id: string; name: string; media_type: string; bytes: number }[] | null;
  status: "pending" | "done" | "failed";
  /** What the visitor thinks of this answer. */
  rating?: "up" | "down" | null;
  finish_reason?: "complete" | "stopped" | null;
  /** `human` = an operator said it. */
  author?: "human" | null;
  author_name?: string | null;
  created_at: string;
}

export interface Page<T> {
  data: T[];
  /** Opaque; null = there is no more. */
  next_cursor: string | null;
}

/** One event of a session's stream. Only durable events have an id; it is the place to resume from. */
export interface SessionEvent {
  id: string | null;
  type: string;
  data: Record<string, unknown>;
}

/** Text of an answer while it is made. */
export interface Delta {
  turnId: string;
  /** Which message of the turn, from 0. */
  part: number;
  /** What is new; a first piece of a higher attempt begins the text anew. */
  text: string;
  /** The whole text of this part so far. */
  textSoFar: string;
}
