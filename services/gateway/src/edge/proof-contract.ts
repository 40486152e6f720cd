/** What a challenge is bound to: it is useless on another link or from another address. */
export interface ProofBinding {
  linkId: string;
  /** Keyed hash of link and client bucket. */
  client: string;
  /** Name of the request; a repeat under the same name is the same request and may reuse its spent proof. */
  repeat: string | null;
}

/** Makes frequent visits costly; says nothing about the visitor. */
export interface ProofProvider {
  /** What a visitor's page needs to solve it; plain JSON. */
  challenge(binding: ProofBinding): Promise<Record<string, unknown>>;
  /** Spends a proof. False when it is wrong, foreign, too old or spent. Throws `not_ready` when it cannot be checked. */
  verify(proof: string, binding: ProofBinding): Promise<boolean>;
  /** Origin of a script that the chat page must load, if any. */
  readonly scriptOrigin: string | null;
}
