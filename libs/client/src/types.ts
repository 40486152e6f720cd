import type { Schemas } from "./operations.js";

/** Bodies and answers of the text chat API, as in its reference document. */
export type CreateSessionRequest = Schemas["CreateSessionInput"];
export type SessionCreated = Schemas["CreatedSession"];
export type TurnAnswered = Schemas["TurnAnswer"];
/** A message that was accepted and is answered later. */
export type TurnAccepted = Schemas["AcceptedTurn"];
/** The state of a message's turn. The members of the answer are present once there is one; a stopped turn may have none. */
export type TurnShown = Schemas["Turn"];
export type SessionShown = Schemas["Session"];
export type SessionStatus = SessionShown["status"];
/** Whether a human has a session or is waited for. */
export type SessionEscalation = Schemas["SessionEscalation"];
export type SessionClosed = Schemas["ClosedSession"];
export type HistoryMessage = Schemas["HistoryPage"]["data"][number];
export type TransitionInfo = TurnAnswered["transitions"][number];
export type MessagePart = TurnAnswered["messages"][number];
/** Costs are US dollars; null when the model has no listed price. */
export type Usage = TurnAnswered["usage"];
export type Participant = NonNullable<CreateSessionRequest["participant"]>;

export interface Page<T> {
  data: T[];
  /** Opaque; null = there are no more. */
  next_cursor: string | null;
}

/** One event of a session's stream. Only durable events have an id; it is the position to resume from. */
export interface SessionEvent {
  id: string | null;
  type: string;
  data: Record<string, unknown>;
}

/** Text of an answer while it is generated. */
export interface Delta {
  turnId: string;
  /** Index of the message within the turn, from 0. */
  part: number;
  /** The new text; the first piece of a higher attempt restarts it. */
  text: string;
  /** The whole text of this part so far. */
  textSoFar: string;
}
