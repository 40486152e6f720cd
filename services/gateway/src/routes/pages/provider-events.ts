import { AppError, takeProviderEvents } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";

const PATH = "/provider-events/:provider";
const PROVIDERS = ["sendgrid", "mailgun", "twilio"] as const;
/** SendGrid sends up to a thousand events at once. */
const BODY_BYTES = 800_000;
const FORM = "application/x-www-form-urlencoded";
/** Calls of one address in a minute: a delivery to a thousand numbers brings some thousands. */
const PER_MINUTE = 6_000;
/** What signatures stand in. */
const SIGNED = [
  "x-twilio-signature",
  "x-twilio-email-event-webhook-signature",
  "x-twilio-email-event-webhook-timestamp",
] as const;

type Asked = FastifyRequest<{ Params: { provider: string } }>;

/**
 * Where providers of mail and text messages say what became of a message after they had taken it. Its signature is the right to it; no
 * token is asked for. Idempotent by state.
 */
export async function registerProviderEvents(app: HttpApp, context: GatewayContext): Promise<void> {
  // Read already, as every body is; the signature covers its bytes.
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
    // As the provider called it: behind a proxy the server sees another address.
    const url = context.config.PUBLIC_URL + request.url;
    const body = request.rawBody.toString("utf8");
    await context.bus.call(takeProviderEvents, { provider, url, headers, body });
    return reply.code(204).send();
  });
}
