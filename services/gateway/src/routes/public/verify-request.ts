import { requestVerification, verifyRequestBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { requireMailEntry } from "../../edge/entry.js";
import { givenIdempotencyKey } from "../../edge/idempotency.js";
import { verifyingVisit } from "../../edge/verify-visit.js";
import { answers } from "../declare-route.js";
import { keepRequestId, requestIdOf } from "./verify-browser.js";

const codeSent = z.object({ expires_in_seconds: z.int().min(0), request_id: z.string() });

/**
 * Requests a code by mail. Does not reveal whether the link allows the address. The code works only in this browser, identified by its
 * cookie or `request_id`. Idempotent by `Idempotency-Key`; without it each call sends another code, three in ten minutes.
 */
export function requestCodeRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Request a code by mail",
    description:
      "The same answer for every address, allowed or not. The code works together with `request_id`, which is also kept as a cookie: `confirm` needs one of the two, and a newer code replaces the older ones of the same `request_id`. With `Idempotency-Key` a repeat gets the first answer and no second mail. A link that asks for no address mails nothing. On a link with a PIN no mail is sent without it. The mail is in the language of the link's branding, else of `Accept-Language`, else in English.",
    tags: ["public"],
    body: verifyRequestBody,
    response: answers({ 200: codeSent }),
  };
  app.post("/request", { schema }, async (request, reply) => {
    const { token, email, pin, proof } = request.body;
    const visit = await verifyingVisit(context, { request, reply }, { step: "request", token });
    await requireMailEntry(context, request, { pin, proof, email });
    const at = { tenantId: visit.policy.tenantId, linkId: visit.policy.id };
    const requestId = requestIdOf(context, request, request.body);
    const idempotencyKey = givenIdempotencyKey(request) ?? undefined;
    const asked = { ...at, email, languages: acceptedLanguages(request), requestId, idempotencyKey };
    const sent = await context.bus.call(requestVerification, asked, { requestId: request.id });
    keepRequestId(reply, { visit, publicUrl: context.config.PUBLIC_URL }, requestId);
    if (sent.replayed === true) reply.header("idempotent-replayed", "true");
    return { expires_in_seconds: sent.expiresInSeconds, request_id: requestId };
  });
}
