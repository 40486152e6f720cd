/** Whom a challenge is for: it is of no use on another link or from another address. */
export interface ProofBinding {
  linkId: string;
  /** Keyed hash of link and client bucket. */
  client: string;
  /** Name of the request; a repeat under the same name is the same request, and its proof was spent by itself. */
  repeat: string | null;
}

/** Makes it costly to come often; says nothing about who comes. */
export interface ProofProvider {
  /** What a visitor's page needs to solve it; plain JSON. */
  challenge(binding: ProofBinding): Promise<Record<string, unknown>>;
  /** Spends a proof. False when it is wrong, foreign, too old or spent. Throws `not_ready` when nobody can tell. */
  verify(proof: string, binding: ProofBinding): Promise<boolean>;
  /** Origin of a script that the chat page must load, if any. */
  readonly scriptOrigin: string | null;
}
