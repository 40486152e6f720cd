import { AppError, claimSignature } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A call that changes nothing although it is not a GET: it only computes an answer. */
    reads?: boolean;
  }
}

const READING = new Set(["GET", "HEAD"]);

/** Whether a signed request is received for the first time. Asks the database: Redis may be flushed, and processes restart. */
export async function isFirstTime({ bus }: Pick<GatewayContext, "bus">, request: FastifyRequest): Promise<boolean> {
  const { principal, signed } = request.caller;
  if (signed === null) return true;
  return (await bus.call(claimSignature, { tenantId: principal.tenantId, signature: signed.signature })).first;
}

/**
 * Refuses a signed request that was received before: one that changes something, and any with a nonce, which is valid for one
 * use. Services store the signature of `repeatable` calls and answer a repeat themselves; reads may be
 * repeated. Runs after the body was checked, so that a refused body can be corrected and sent again.
 * Throws `signature_used`, or `invalid_signature` for a nonce.
 */
export async function refuseReplay(context: Pick<GatewayContext, "bus">, request: FastifyRequest): Promise<void> {
  const { signed } = request.caller;
  const { repeatable = false, reads = READING.has(request.method) } = request.routeOptions.config;
  if (signed === null || repeatable || (reads && signed.nonce === null)) return;
  if (await isFirstTime(context, request)) return;
  throw new AppError(signed.nonce === null ? "signature_used" : "invalid_signature");
}
