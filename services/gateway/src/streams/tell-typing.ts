import { AppError, getSession, type LiveEntry, type SessionAccess } from "@parley/contracts";
import type { GatewayContext } from "../context.js";

/**
 * Notifies the readers of a session that somebody is typing: a live entry, in no log. Throws the access errors of the session, and
 * `session_ended` when nobody can write in it any more.
 */
export const tellTyping = (
  context: Pick<GatewayContext, "bus" | "redis">,
  access: SessionAccess,
  typing: { who: "visitor" | "agent"; active: boolean },
): Promise<void> => tell(context, access, { type: "typing", ...typing });

/** Notifies the readers of a session up to which message somebody has read. As `tellTyping`. */
export const tellRead = (
  context: Pick<GatewayContext, "bus" | "redis">,
  access: SessionAccess,
  { who, messageId }: { who: "visitor"; messageId: string },
): Promise<void> =>
  tell(context, access, { type: "read_receipt", message_id: messageId, who, at: new Date().toISOString() });

async function tell(
  { bus, redis }: Pick<GatewayContext, "bus" | "redis">,
  access: SessionAccess,
  entry: LiveEntry,
): Promise<void> {
  const { session } = await bus.call(getSession, { access });
  if (session.status !== "active") throw new AppError("session_ended");
  await redis.live.publish(session.session_id, [entry]);
}
