import { randomBytes } from "node:crypto";
import { AppError } from "@parley/contracts";
import { z } from "zod";
import type { GatewayContext } from "../context.js";
import type { Participant } from "../edge/channel.js";

const LIFE_SECONDS = 60;
const AAD = "channel-ticket";
const sealed = z.object({ token: z.string(), until: z.number(), once: z.string() });

type Deps = Pick<GatewayContext, "secrets" | "clock" | "credentials">;

/**
 * A ticket stands for a session token where a browser can send neither header nor cookie: in the address of a socket. It is sealed
 * by the server, so that every gateway accepts it and no store has to hold it, and valid for a minute and one socket.
 */
export function issueTicket({ secrets, clock }: Deps, { sessionToken, sessionId, userId }: Participant) {
  const once = randomBytes(12).toString("base64url");
  const until = clock.now() + LIFE_SECONDS * 1_000;
  const ticket = secrets.seal(JSON.stringify({ token: sessionToken, until, once }), AAD);
  return {
    ticket,
    expires_in_seconds: LIFE_SECONDS,
    conversation_id: sessionId,
    user_id: userId,
    path: `/ws/chat/${sessionId}/${userId}?ticket=${ticket}`,
  };
}

/** The session token that a ticket stands for. Throws `session_token_invalid` for an expired, used or invalid one. */
export async function redeemTicket({ secrets, clock, credentials }: Deps, ticket: string): Promise<string> {
  const { token, until, once } = opened(secrets, ticket);
  const isFirst = until > clock.now() && (await credentials.claimNonce(`ticket:${once}`, LIFE_SECONDS));
  if (!isFirst) throw new AppError("session_token_invalid");
  return token;
}

function opened(secrets: Deps["secrets"], ticket: string): z.output<typeof sealed> {
  try {
    return sealed.parse(JSON.parse(secrets.open(ticket, AAD)));
  } catch (cause) {
    throw new AppError("session_token_invalid", { cause });
  }
}
