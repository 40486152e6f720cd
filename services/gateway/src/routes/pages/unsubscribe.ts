import { createHash } from "node:crypto";
import { AppError, unsubscribe } from "@parley/contracts";
import { type HttpApp, pageCsp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { acceptedLanguages } from "../../edge/accepted-languages.js";
import { isWithinLimit } from "../../edge/address-limit.js";
import { escapeHtml } from "../../escape-html.js";
import { unsubscribeTexts } from "./unsubscribe-texts.js";

const PATH = "/unsubscribe/:token";
/** Forms that a mail program may post by RFC 8058; their one field adds nothing to the address. */
const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"];
const FORM_BYTES = 2_048;

const STYLE =
  "body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:32rem;margin:10vh auto;padding:0 1.25rem}" +
  "button{font:inherit;min-height:2.75rem;padding:0 1.25rem}";
/** The page has one inline style sheet, which its policy names. */
const CSP = pageCsp("'none'", "'none'").replace(
  "style-src 'self'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
);

type Asked = FastifyRequest<{ Params: { token: string } }>;

/**
 * Unsubscribes the reader of a mail. Opening the address only asks, because mail scanners open every address; the POST of the page's
 * button or of a mail program's button unsubscribes (RFC 8058). Idempotent by state.
 */
export async function registerUnsubscribe(app: HttpApp, context: GatewayContext): Promise<void> {
  const hidden = { schema: { hide: true }, bodyLimit: FORM_BYTES };
  // Already read, like every body; its content is not needed.
  app.addContentTypeParser(FORMS, (_request, _payload, done) => done(null));
  app.get(PATH, hidden, async (request: Asked, reply: FastifyReply) => {
    await requireLimit(context, request);
    const { question, button } = textsFor(request).texts;
    const form = `<form method="post"><button>${escapeHtml(button)}</button></form>`;
    return show(request, reply, `<p>${escapeHtml(question)}</p>${form}`);
  });
  app.post(PATH, hidden, async (request: Asked, reply: FastifyReply) => {
    await requireLimit(context, request);
    const { known } = await context.bus.call(unsubscribe, { token: request.params.token.slice(0, 256) });
    const { done, unknown } = textsFor(request).texts;
    return show(request, reply.code(known ? 200 : 404), `<p role="status">${escapeHtml(known ? done : unknown)}</p>`);
  });
}

const textsFor = (request: FastifyRequest) => unsubscribeTexts(acceptedLanguages(request) ?? []);

async function requireLimit(context: GatewayContext, request: FastifyRequest): Promise<void> {
  if (!(await isWithinLimit(context, request))) throw new AppError("rate_limited", { retryAfterSeconds: 60 });
}

function show(request: FastifyRequest, reply: FastifyReply, content: string): FastifyReply {
  const { language, texts } = textsFor(request);
  const direction = language === "ar" || language === "he" ? "rtl" : "ltr";
  const title = escapeHtml(texts.title);
  reply.headers({
    "content-security-policy": CSP,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "content-type": "text/html; charset=utf-8",
  });
  return reply.send(
    `<!doctype html><html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" ` +
      `content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title><style>${STYLE}</style></head>` +
      `<body><main><h1>${title}</h1>${content}</main></body></html>`,
  );
}
