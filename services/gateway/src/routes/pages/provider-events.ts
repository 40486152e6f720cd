import { AppError, takeProviderEvents } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";

const PATH = "/provider-events/:provider";
const PROVIDERS = ["sendgrid", "mailgun", "twilio"] as const;
/** SendGrid sends up to a thousand events at once. */
const BODY_BYTES = 800_000;
const FORM = "application/x-www-form-urlencoded";
/** Calls of one address per minute: a delivery to a thousand numbers causes several thousand. */
const PER_MINUTE = 6_000;
/** Headers that contain signatures. */
const SIGNED = [
  "x-twilio-signature",
  "x-twilio-email-event-webhook-signature",
  "x-twilio-email-event-webhook-timestamp",
] as const;

type Asked = FastifyRequest<{ Params: { provider: string } }>;

/**
 * Receives delivery events from providers of mail and text messages. Calls are authorised by their signature; no
 * token is needed. Idempotent by state.
 */
export async function registerProviderEvents(app: HttpApp, context: GatewayContext): Promise<void> {
  // Already read, like every body; the signature covers its bytes.
  app.addContentTypeParser(FORM, (_request, _payload, done) => done(null));
  app.post(PATH, { schema: { hide: true }, bodyLimit: BODY_BYTES }, async (request: Asked, reply: FastifyReply) => {
    const key = `provider:${request.clientBucket}`;
    const taken = await context.redis.limits.take([{ scope: "provider", key, limit: PER_MINUTE, periodSeconds: 60 }]);
    if (!taken.allowed) throw new AppError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds });
    const provider = PROVIDERS.find((name) => name === request.params.provider);
    if (provider === undefined) throw new AppError("not_found");
    const given = SIGNED.map((name) => [name, request.headers[name]] as const);
    const headers = Object.fromEntries(
      given.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
    // The URL that the provider called: behind a proxy the server sees another one.
    const url = context.config.PUBLIC_URL + request.url;
    const body = request.rawBody.toString("utf8");
    await context.bus.call(takeProviderEvents, { provider, url, headers, body });
    return reply.code(204).send();
  });
}
