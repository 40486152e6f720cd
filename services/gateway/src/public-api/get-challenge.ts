import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { bindingOf } from "./proof.js";
import { tokenParams } from "./schemas.js";

const challengeShown = z.union([
  z.object({
    provider: z.literal("altcha"),
    algorithm: z.literal("SHA-256"),
    challenge: z.string(),
    maxnumber: z.int().min(1),
    salt: z.string(),
    signature: z.string(),
    expires_at: z.string(),
  }),
  z.object({ provider: z.literal("turnstile"), site_key: z.string(), cdata: z.string() }),
]);

/** A challenge for this link and this address, good for five minutes and one session. A read. */
export function getChallengeRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Get a challenge",
    description:
      "Find `number` between 0 and `maxnumber` with SHA-256(`salt` + number) = `challenge`, and send base64 of the JSON `{algorithm, challenge, number, salt, signature}` as `proof` with the next session.",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: challengeShown }),
  };
  const config = { checksOrigin: true };
  app.get("/challenge/:token", { schema, config }, async (request, reply) =>
    reply.send(await context.proofs.challenge(bindingOf(context, request))),
  );
}
