import { randomUUID } from "node:crypto";
import { AppError, confirmVerification, verifyConfirmBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { consentHash } from "@parley/secrets";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { verifyingVisit } from "../../edge/verify-visit.js";
import { rememberSession, VERIFIED_SECONDS } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { heldRequestId, keepRequestId } from "./verify-browser.js";

const confirmed = z.discriminatedUnion("verified", [
  z.object({ verified: z.literal(true), session_token: z.string(), expires_at: z.string() }),
  z.object({ verified: z.literal(false), error: z.enum(["invalid_code", "code_expired"]) }),
]);

/**
 * Confirms an address by its code and opens the one conversation of (link, address), here as on any other device. A code works
 * once, and only in the browser that requested it; after five wrong tries it is `code_expired`. An address that waits for an approval
 * gets 403 `access_pending`, but only with the right code.
 */
export function confirmAddressRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Confirm an address with a code",
    description:
      "Shows that somebody reads the mails of this address. It is no authentication of a person in the sense of NIST SP 800-63.",
    tags: ["public"],
    body: verifyConfirmBody,
    response: answers({ 200: confirmed }),
  };
  app.post("/confirm", { schema }, async (request, reply) => {
    const { token, email, code, consent } = request.body;
    const visit = await verifyingVisit(context, { request, reply }, { step: "confirm", token });
    const text = visit.policy.consentText;
    // Checked before the code is tried: a visitor who forgot to agree must not need another code.
    if (text !== null && consent !== true) throw new AppError("consent_required");
    const answer = await context.bus.call(
      confirmVerification,
      {
        tenantId: visit.policy.tenantId,
        linkId: visit.policy.id,
        email,
        code,
        // Without an id no code can match; a random id keeps the timing the same.
        requestId: heldRequestId(request, request.body.request_id) ?? randomUUID(),
        consentHash: consentHash(text) ?? undefined,
        languages: acceptedLanguages(request),
        replyTo: context.waiter.replyTo,
      },
      { requestId: request.id },
    );
    if (answer.status === "refused") {
      context.security.note(request, visit.policy, { kind: "verification_failures", scope: answer.error });
      return { verified: false as const, error: answer.error };
    }
    const { sessionToken, expiresAt } = answer;
    keepRequestId(reply, { visit, publicUrl: context.config.PUBLIC_URL }, null);
    rememberSession(reply, visit, context.config.PUBLIC_URL, sessionToken, VERIFIED_SECONDS);
    return { verified: true as const, session_token: sessionToken, expires_at: expiresAt };
  });
}
