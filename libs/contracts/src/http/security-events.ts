import { z } from "zod";

const text = z.string();

/** What was noticed at a link; the name says which defence spoke. */
export const securityEventKind = z.enum([
  "rate_limited",
  "adaptive_tightened",
  "pin_failures",
  "verification_failures",
  "origin_refused",
  "address_refused",
  "country_refused",
  "suspicious_content",
  "proof_failed",
  "output_withheld",
  "request_replayed",
  "identity_refused",
]);

export type SecurityEventKind = z.infer<typeof securityEventKind>;

export const listedSecurityEvent = z
  .object({
    id: z.uuid(),
    link_id: z.uuid().nullable(),
    kind: securityEventKind,
    scope: text.nullable(),
    country: text.nullable(),
    address_hash: text.nullable(),
    session_id: text.nullable(),
    count: z.int().min(1),
    at: text,
  })
  .meta({
    id: "SecurityEvent",
    description: "A security event: counts and hashes, no text and no address",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        kind: "rate_limited",
        scope: "session",
        country: null,
        address_hash: null,
        session_id: null,
        count: 3,
        at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
