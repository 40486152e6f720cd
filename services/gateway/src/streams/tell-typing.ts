import { AppError, getSession, type SessionAccess } from "@parley/contracts";
import type { GatewayContext } from "../context.js";

/**
 * Tells the readers of a session that somebody writes: a live entry, in no log. Throws as access to the session does, and
 * `session_ended` when nobody can write in it any more.
 */
export async function tellTyping(
  { bus, redis }: GatewayContext,
  access: SessionAccess,
  typing: { who: "visitor" | "agent"; active: boolean },
): Promise<void> {
  const { session } = await bus.call(getSession, { access });
  if (session.status !== "active") throw new AppError("session_ended");
  await redis.live.publish(session.session_id, [{ type: "typing", ...typing }]);
}
