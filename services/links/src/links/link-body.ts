import { AppError, type LinkBody, parseOrRefuse, updateLinkBody } from "@parley/contracts";
import type { Expiry, LinkValues } from "./repository.js";

export interface LinkChange {
  values: LinkValues;
  expiry: Expiry;
  /** undefined = unchanged, null = none. */
  pin: string | null | undefined;
  /** undefined = unchanged, null = none. */
  budget: LinkBody["budget"];
}

/** Parses an owner's body, with its template filled in, into columns and an expiry. Throws `validation_failed` with every wrong field. */
export function parseLinkBody(body: unknown): LinkChange {
  const { expires_at, expires_in_hours, agent_version, pin, budget, ...values } = parseOrRefuse(updateLinkBody, body);
  return {
    values: { ...values, agent_version: agent_version === "active" ? null : agent_version },
    expiry: expiryOf({ expires_at, expires_in_hours }),
    pin,
    budget,
  };
}

function expiryOf(body: Pick<LinkBody, "expires_at" | "expires_in_hours">): Expiry {
  // In UTC: the database accepts fewer offsets than the format allows.
  if (typeof body.expires_at === "string") return { type: "at", iso: new Date(body.expires_at).toISOString() };
  if (typeof body.expires_in_hours === "number") return { type: "hours", hours: body.expires_in_hours };
  return body.expires_at === null || body.expires_in_hours === null ? { type: "never" } : { type: "keep" };
}

/** The refusal of an expiry in the past; decided by the database's clock. */
export const expiryInThePast = (): AppError =>
  new AppError("validation_failed", {
    errors: [{ pointer: "/expires_at", rule: "future", message: "must be in the future" }],
  });
