/** One try of a turn. */
export interface TurnTry {
  tenant_id: string;
  conversation_id: string;
  seq: number;
  fence: number;
}

export interface Reservation extends TurnTry {
  /** What earlier calls of this try have used. */
  spent_tokens: number;
  spent_cost: number;
  /** An upper bound. */
  input_tokens: number;
  max_output: number;
  enough_output: number;
  min_output: number;
  /** Dollars a token; null = the model has no price. */
  input_price: number | null;
  output_price: number | null;
}

export interface ReservationAnswer {
  status: "none" | "granted" | "busy" | "exhausted" | "unpriced" | "fenced";
  max_output?: number;
}

/** Holds what a model call may cost at most. Idempotent: it replaces what the same try held before. */
export type ReserveBudget = (reservation: Reservation) => Promise<ReservationAnswer>;
