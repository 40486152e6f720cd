import { requestVerification, verifyRequestBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { wishedLanguages } from "../wished-languages.js";
import { requireMailEntry } from "./entry.js";
import { verifyingVisit } from "./verify-visit.js";

const codeSent = z.object({ expires_in_seconds: z.int().min(0) });

/** Asks for a code by mail. Whether the link allows the address is not told. Each call is another code, three in ten minutes. */
export function requestCodeRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Ask for a code by mail",
    description:
      "The same answer for every address, allowed or not. A newer code replaces the older ones. On a link with a PIN no mail is sent without it. The mail is in the language of the link's branding, else of `Accept-Language`, else in English.",
    tags: ["public"],
    body: verifyRequestBody,
    response: answers({ 200: codeSent }),
  };
  app.post("/request", { schema }, async (request, reply) => {
    const { token, email, pin, proof } = request.body;
    const { policy } = await verifyingVisit(context, { request, reply }, { step: "request", token });
    await requireMailEntry(context, request, { pin, proof });
    const at = { tenantId: policy.tenantId, linkId: policy.id };
    const asked = { ...at, email, languages: wishedLanguages(request) };
    const sent = await context.bus.call(requestVerification, asked, { requestId: request.id });
    return { expires_in_seconds: sent.expiresInSeconds };
  });
}
