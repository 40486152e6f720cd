import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { AppError } from "@parley/contracts";
import { type HttpApp, pageCsp } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";

const built = join(dirname(createRequire(import.meta.url).resolve("@parley/widget/package.json")), "dist");

export interface WidgetFiles {
  folder?: string;
  /** Token of the link used by script tags without `data-link`; undefined = none. */
  link(): string | undefined;
}

interface Served {
  etag: string;
  encoded: Record<"br" | "gzip" | "identity", Buffer>;
}

/** Placeholder in the built script that the server replaces with its own link. */
const LINK = "%PARLEY_LINK%";
const SCRIPT = "text/javascript; charset=utf-8";
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": SCRIPT };
/** The address of the script never changes, so a host page revalidates after minutes, mostly without a change. */
const CACHE = "public, max-age=300, stale-while-revalidate=86400";
/** For the demo page and the standalone page: our script, our frame, nobody may frame them. */
const PAGE_CSP = `${pageCsp("'none'", "'none'")}; frame-src 'self'`;

/** The widget's script and its pages. Host pages of any site, isolated ones too, may load the script; it contains no secrets. */
export function registerWidget(app: HttpApp, { folder = built, link }: WidgetFiles): void {
  const files = new Map<string, Served>();
  const read = (name: string, token = ""): Served => {
    const key = `${name} ${token}`;
    const known = files.get(key);
    if (known !== undefined) return known;
    const path = join(folder, name);
    if (!existsSync(path)) throw new AppError("not_ready", { internal: "the widget is not built" });
    const made = prepare(readFileSync(path, "utf8").replace(LINK, token || LINK));
    files.set(key, made);
    return made;
  };
  const script = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    send(request, reply.header("access-control-allow-origin", "*"), { ...read("widget.js", link()), type: SCRIPT });
  const page = (name: string, type: string) => (request: FastifyRequest, reply: FastifyReply) =>
    send(request, reply.header("content-security-policy", PAGE_CSP), { ...read(name), type });

  for (const path of ["/widget.js", "/static/chat-widget.js"])
    app.get(path, { schema: { hide: true } }, async (request, reply) => script(request, reply));
  // One address that is included as a script and opened as a page: the browser's headers show which one it wants.
  app.get("/static/chat-widget.html", { schema: { hide: true } }, async (request, reply) => {
    reply.header("vary", "sec-fetch-dest, accept, accept-encoding");
    return wantsScript(request) ? script(request, reply) : page("chat-widget.html", TYPES[".html"])(request, reply);
  });
  for (const name of ["demo.html", "demo.js", "demo.css"] as const) {
    const type = TYPES[name.slice(4) as keyof typeof TYPES];
    app.get(`/static/${name}`, { schema: { hide: true } }, async (request, reply) => page(name, type)(request, reply));
  }
}

function prepare(text: string): Served {
  const identity = Buffer.from(text);
  const hash = createHash("sha256").update(identity).digest("base64url").slice(0, 22);
  return {
    etag: hash,
    encoded: { identity, gzip: gzipSync(identity, { level: 9 }), br: brotliCompressSync(identity) },
  };
}

/** Older browsers, and all on plain http, send no destination; there a page accepts HTML and a script anything. */
function wantsScript({ headers }: FastifyRequest): boolean {
  const destination = headers["sec-fetch-dest"];
  if (destination !== undefined) return destination === "script";
  return !(headers.accept ?? "").includes("text/html");
}

function send(request: FastifyRequest, reply: FastifyReply, file: Served & { type: string }): FastifyReply {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const encoding = (["br", "gzip"] as const).find((name) => new RegExp(`\\b${name}\\b(?!;q=0)`).test(accepted));
  const etag = `"${file.etag}${encoding === undefined ? "" : `-${encoding}`}"`;
  reply.headers({
    "content-type": file.type,
    "cache-control": CACHE,
    "cross-origin-resource-policy": "cross-origin",
    etag,
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  });
  if (!reply.hasHeader("vary")) reply.header("vary", "accept-encoding");
  const known = String(request.headers["if-none-match"] ?? "");
  if (known.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, "") === etag)) return reply.code(304).send();
  return reply.send(file.encoded[encoding ?? "identity"]);
}
