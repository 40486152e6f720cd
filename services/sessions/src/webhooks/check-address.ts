import { AppError } from "@parley/contracts";
import { createTargetCheck, type TargetRefusal } from "@parley/outbound";
import type { SessionsConfig } from "../config.js";

const SENTENCES: Record<TargetRefusal, string> = {
  bad_url: "must be an http or https address without credentials",
  port_not_allowed: "has a port that belongs to another protocol; webhooks go to web servers, as a rule at 443",
  private_address:
    "is a private, loopback or link-local address; use a public one, or let the operator list its network in OUTBOUND_ALLOWED_CIDRS",
};

export type CheckAddress = (url: string) => void;

/**
 * Refuses at once an address that no delivery would ever be sent to. Host names are checked when they are called: their addresses may
 * change. Throws `validation_failed` with the reason at `/url`.
 */
export function createCheckAddress(config: SessionsConfig): CheckAddress {
  const refusalOf = createTargetCheck({
    allowedCidrs: config.OUTBOUND_ALLOWED_CIDRS,
    allowTestHooks: config.ALLOW_TEST_HOOKS,
  });
  return (url) => {
    const rule = refusalOf(url);
    if (rule === null) return;
    throw new AppError("validation_failed", { errors: [{ pointer: "/url", rule, message: SENTENCES[rule] }] });
  };
}
