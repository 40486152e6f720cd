import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { GatewayContext } from "../context.js";

/** A host page keeps a handle where each of its scripts can read it: shorter than a cookie of ours lives. */
const HANDLE_DAYS = 7;
const DAY_MS = 86_400_000;

const content = z.object({ token: z.string(), expires: z.number() });

/** Binds a handle to its link and to the network it was given to: copied to another machine it opens nothing. */
const boundTo = ({ visit, clientBucket }: FastifyRequest): string => `resume:${visit.policy.id}:${clientBucket}`;

/** Seals a session's token, for a page that is not allowed to keep anything itself. */
export function sealHandle(
  { secrets, clock }: GatewayContext,
  request: FastifyRequest,
  sessionToken: string,
): { handle: string; expires_at: string } {
  const expires = clock.now() + HANDLE_DAYS * DAY_MS;
  const handle = secrets.seal(JSON.stringify({ token: sessionToken, expires }), boundTo(request));
  return { handle, expires_at: new Date(expires).toISOString() };
}

/** The session's token in a handle. Throws `session_token_invalid` for each that is altered, too old, or of another link or network. */
export function openHandle({ secrets, clock }: GatewayContext, request: FastifyRequest, handle: string): string {
  const opened = content.safeParse(parsed(() => JSON.parse(secrets.open(handle, boundTo(request)))));
  if (!opened.success || opened.data.expires <= clock.now()) throw new AppError("session_token_invalid");
  return opened.data.token;
}

/** Why a sealed value does not open is nobody's business who brings it. */
function parsed(open: () => unknown): unknown {
  try {
    return open();
  } catch {
    return null;
  }
}
