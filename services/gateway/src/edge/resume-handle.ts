import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../context.js";

/** Shorter than the life of our cookies, because every script of the host page can read the handle. */
const HANDLE_DAYS = 7;
const DAY_MS = 86_400_000;

const content = z.object({ token: z.string(), expires: z.number() });

/** Binds a handle to its link and to the network it was issued to: it is useless on another network. */
const boundTo = ({ visit, clientBucket }: FastifyRequest): string => `resume:${visit.policy.id}:${clientBucket}`;

/** Seals a session's token, for a page that may not store anything itself. */
export function sealHandle(
  { secrets, clock }: GatewayContext,
  request: FastifyRequest,
  sessionToken: string,
): { handle: string; expires_at: string } {
  const expires = clock.now() + HANDLE_DAYS * DAY_MS;
  const handle = secrets.seal(JSON.stringify({ token: sessionToken, expires }), boundTo(request));
  return { handle, expires_at: new Date(expires).toISOString() };
}

/** The session's token in a handle. Throws `session_token_invalid` for one that is altered, too old, or of another link or network. */
export function openHandle({ secrets, clock }: GatewayContext, request: FastifyRequest, handle: string): string {
  const opened = content.safeParse(parsed(() => JSON.parse(secrets.open(handle, boundTo(request)))));
  if (!opened.success || opened.data.expires <= clock.now()) throw new AppError("session_token_invalid");
  return opened.data.token;
}

/** The caller must not learn why a sealed value does not open. */
function parsed(open: () => unknown): unknown {
  try {
    return open();
  } catch {
    return null;
  }
}
