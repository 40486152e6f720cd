import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { contractViolations } from "./contract.js";

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};

export interface PageServer {
  url: string;
  close(): Promise<void>;
}

export interface PageServed {
  /** Folder of the built page. */
  dist: string;
  /** Where the built files live; every other address outside the API gets index.html. */
  assets: string;
  /** Content security policy of the answer. */
  csp(): string;
  /** A second built page at addresses that begin so, for frames. */
  framed?: { at: string; dist: string; assets: string; csp: string };
  /** Answers what begins with `/api/`. */
  api(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> | void;
}

/** Serves a built page and a fake of its API on a free port. */
export async function servePage({ api, framed, ...page }: PageServed): Promise<PageServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(request.url ?? "/", url);
    if (target.pathname.startsWith("/api/")) return api(request, response, target);
    const isFramed = [framed?.at, framed?.assets].some((at) => at !== undefined && target.pathname.startsWith(at));
    const { dist, assets, csp } = isFramed && framed ? { ...framed, csp: () => framed.csp } : page;
    const file = target.pathname.startsWith(assets) ? target.pathname.slice(assets.length) : "index.html";
    const content = await readFile(join(dist, normalize(file))).catch(() => null);
    if (!content) return problem(response, { status: 404, code: "not_found" });
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": csp(),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    response.end(content);
  };
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address object, never a pipe name.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The whole body of a request as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Answers of fakes that the product would not give, since they were last looked at. */
export const violations: string[] = [];

/** Answers JSON, and notes where it is not what the contract of the route says. */
export function sendJson(response: ServerResponse, status: number, body: unknown, { checked = true } = {}): void {
  const { method = "GET", url = "/" } = response.req;
  const path = new URL(url, "http://fake").pathname;
  if (checked && status < 300) violations.push(...contractViolations(method, path, status, body));
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

export interface Refusal {
  status: number;
  code: string;
  detail?: string;
  errors?: unknown[];
  issues?: unknown[];
  /** Becomes a header. */
  retryAfterSeconds?: number;
}

/** Answers a problem document. */
export function problem(response: ServerResponse, { retryAfterSeconds, ...members }: Refusal): void {
  response.writeHead(members.status, {
    "content-type": "application/problem+json",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  });
  response.end(JSON.stringify({ type: "about:blank", title: members.code, ...members, request_id: "req-4711" }));
}
