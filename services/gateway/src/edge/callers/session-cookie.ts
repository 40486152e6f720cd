import { readCookie, writeCookie } from "@parley/http";
import type { FastifyReply, FastifyRequest } from "fastify";

const HOST_PREFIX = "__Host-";

/** Under https no sibling domain can plant a cookie with such a name (RFC 6265bis, 4.1.3.2). */
const named = (name: string, publicUrl: string): string =>
  publicUrl.startsWith("https:") ? `${HOST_PREFIX}${name}` : name;

const SESSION = "parley_console";
const BROWSER = "parley_sign_in";
const OIDC = "parley_oidc";
const CHOICE = "parley_choice";

/** Token of the user's session that a browser holds. */
export const sessionCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(SESSION, publicUrl));

/** Secret of the browser that requested a sign-in link. */
export const browserCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(BROWSER, publicUrl));

/** Sealed state that a browser keeps while it is at the identity provider. */
export const oidcState = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(OIDC, publicUrl));

/** Sealed identity that the provider has confirmed, until a tenant is chosen. */
export const choiceCookie = (request: Pick<FastifyRequest, "headers">, publicUrl: string): string | undefined =>
  readCookie(request.headers.cookie, named(CHOICE, publicUrl));

interface Kept {
  publicUrl: string;
  /** null deletes the cookie. */
  value: string | null;
  seconds: number;
}

export const keepSession = (reply: FastifyReply, kept: Kept): void => keep(reply, SESSION, kept);
export const keepChoice = (reply: FastifyReply, kept: Kept): void => keep(reply, CHOICE, kept);
export const keepBrowser = (reply: FastifyReply, kept: Kept): void => keep(reply, BROWSER, kept);

/** Also sent when the provider, which is another site, redirects back here. */
export const keepOidcState = (reply: FastifyReply, kept: Kept): void => keep(reply, OIDC, kept, false);

function keep(reply: FastifyReply, name: string, { publicUrl, value, seconds }: Kept, strict = true): void {
  const options = {
    ...{ path: "/", secure: publicUrl.startsWith("https:"), strict },
    maxAgeSeconds: value === null ? 0 : seconds,
  };
  reply.header("set-cookie", writeCookie(named(name, publicUrl), value ?? "", options));
}
