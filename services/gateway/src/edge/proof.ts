import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import type { ProofBinding } from "./proof-contract.js";

/**
 * True when this caller has to solve a challenge before a new session: always, or because of suspicious traffic from its address on this
 * link.
 */
export function proofRequired({ visit, suspicion }: FastifyRequest): boolean {
  switch (visit.policy.proofOfWork) {
    case "off":
      return false;
    case "adaptive":
      return suspicion > 0;
    case "always":
      return true;
  }
}

/**
 * Admits a visitor who solved the challenge of this link, or who needs none. Spends the proof. `repeat` names the request: a spent
 * proof passes again only with the same name, so the call must be idempotent under that name. Throws `proof_required`.
 */
export async function requireProof(
  context: GatewayContext,
  request: FastifyRequest,
  proof: string | undefined,
  repeat: string | null,
): Promise<void> {
  if (!proofRequired(request)) return;
  if (proof === undefined) throw new AppError("proof_required");
  if (await context.proofs.verify(proof, bindingOf(context, request, repeat))) return;
  context.security.note(request, request.visit.policy, { kind: "proof_failed" });
  throw new AppError("proof_required");
}

export function bindingOf(
  { secrets }: Pick<GatewayContext, "secrets">,
  request: FastifyRequest,
  repeat: string | null = null,
): ProofBinding {
  const { id: linkId } = request.visit.policy;
  const client = secrets.keyedHash(`proof:${linkId}:${request.clientBucket}`).slice(0, 32);
  return { linkId, client, repeat };
}
