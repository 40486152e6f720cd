import { readCookie, writeCookie } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";

const HOST_PREFIX = "__Host-";

/** Under https no neighbour under the same domain can plant a cookie of such a name (RFC 6265bis, 4.1.3.2). */
const named = (name: string, publicUrl: string): string =>
  publicUrl.startsWith("https:") ? `${HOST_PREFIX}${name}` : name;

const SESSION = "parley_console";
const BROWSER = "parley_sign_in";
const OIDC = "parley_oidc";
const CHOICE = "parley_choice";

/** Token of the user's session that a browser holds. */
export const sessionCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(SESSION, publicUrl));

/** Secret of the browser that asked for a link. */
export const browserCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(BROWSER, publicUrl));

/** What a browser keeps while it is at the identity provider, sealed. */
export const oidcState = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(OIDC, publicUrl));

/** Whom the identity provider has vouched for, sealed, until a tenant is chosen. */
export const choiceCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(CHOICE, publicUrl));

interface Kept {
  publicUrl: string;
  /** null forgets it. */
  value: string | null;
  seconds: number;
}

export const keepSession = (reply: FastifyReply, kept: Kept): void => keep(reply, SESSION, kept);
export const keepChoice = (reply: FastifyReply, kept: Kept): void => keep(reply, CHOICE, kept);
export const keepBrowser = (reply: FastifyReply, kept: Kept): void => keep(reply, BROWSER, kept);

/** Sent along when the provider leads back here, which is another site. */
export const keepOidcState = (reply: FastifyReply, kept: Kept): void => keep(reply, OIDC, kept, false);

function keep(reply: FastifyReply, name: string, { publicUrl, value, seconds }: Kept, strict = true): void {
  const options = {
    ...{ path: "/", secure: publicUrl.startsWith("https:"), strict },
    maxAgeSeconds: value === null ? 0 : seconds,
  };
  reply.header("set-cookie", writeCookie(named(name, publicUrl), value ?? "", options));
}
