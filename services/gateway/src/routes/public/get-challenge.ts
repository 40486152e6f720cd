import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { bindingOf } from "../../edge/proof.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const challengeShown = z.union([
  z.object({
    provider: z.literal("altcha"),
    /** In ALTCHA's format; the signature covers every member. */
    parameters: z.looseObject({
      algorithm: z.string(),
      nonce: z.string(),
      salt: z.string(),
      cost: z.int().min(1),
      keyLength: z.int().min(1),
      keyPrefix: z.string(),
      expiresAt: z.int().min(0),
    }),
    signature: z.string(),
  }),
  z.object({ provider: z.literal("turnstile"), site_key: z.string(), cdata: z.string() }),
]);

/** A challenge for this link and this address, valid for five minutes and one session. A read. */
export function getChallengeRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Get a challenge",
    description:
      "An ALTCHA challenge (version 2), good for five minutes, one link, one address and one session: send base64 of the JSON `{challenge: {parameters, signature}, solution: {counter, derivedKey}}` as `proof`.",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: challengeShown }),
  };
  const config = { checksOrigin: true };
  app.get("/challenge/:token", { schema, config }, async (request, reply) =>
    reply.send(await context.proofs.challenge(bindingOf(context, request))),
  );
}
