import { readCookie, writeCookie } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";

const HOST_PREFIX = "__Host-";

/** Under https no neighbour under the same domain can plant a cookie of such a name (RFC 6265bis, 4.1.3.2). */
const named = (name: string, publicUrl: string): string =>
  publicUrl.startsWith("https:") ? `${HOST_PREFIX}${name}` : name;

const SESSION = "parley_console";
const BROWSER = "parley_sign_in";

/** Token of the user's session that a browser holds. */
export const sessionCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(SESSION, publicUrl));

/** Secret of the browser that asked for a link. */
export const browserCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(BROWSER, publicUrl));

interface Kept {
  publicUrl: string;
  /** null forgets it. */
  value: string | null;
  seconds: number;
}

export const keepSession = (reply: FastifyReply, kept: Kept): void => keep(reply, SESSION, kept);
export const keepBrowser = (reply: FastifyReply, kept: Kept): void => keep(reply, BROWSER, kept);

function keep(reply: FastifyReply, name: string, { publicUrl, value, seconds }: Kept): void {
  const options = {
    ...{ path: "/", secure: publicUrl.startsWith("https:"), strict: true },
    maxAgeSeconds: value === null ? 0 : seconds,
  };
  reply.header("set-cookie", writeCookie(named(name, publicUrl), value ?? "", options));
}
