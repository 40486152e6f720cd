/** One try of a turn. */
export interface TurnTry {
  tenant_id: string;
  conversation_id: string;
  seq: number;
  fence: number;
}

export interface Reservation extends TurnTry {
  /** Usage of earlier calls of this try. */
  spent_tokens: number;
  spent_cost: number;
  /** An upper bound. */
  input_tokens: number;
  max_output: number;
  enough_output: number;
  min_output: number;
  /** Dollars per token; null = the model has no price. */
  input_price: number | null;
  output_price: number | null;
}

export interface ReservationAnswer {
  status: "none" | "granted" | "busy" | "exhausted" | "unpriced" | "fenced";
  max_output?: number;
}

/** Reserves the most a model call may cost. Idempotent: it replaces the earlier reservation of the same try. */
export type ReserveBudget = (reservation: Reservation) => Promise<ReservationAnswer>;
