import { AppError, type LinkPolicy } from "@parley/contracts";
import type { GatewayContext } from "../context.js";

/** Maximum characters of a visitor's message: the link's limit, at most the server's. */
export const messageLimit = (
  { config }: Pick<GatewayContext, "config">,
  policy: Pick<LinkPolicy, "maxMessageLength">,
): number => Math.min(policy.maxMessageLength, config.CHAT_MAX_MESSAGE_LENGTH);

/** Refuses a text of more than `limit` characters (Unicode code points). Throws `validation_failed`. */
export function requireLength(text: string, limit: number, pointer: string): void {
  // A text has at most as many code points as UTF-16 units, so short ones need no counting.
  if (text.length <= limit || [...text].length <= limit) return;
  const message = `must have at most ${limit} characters`;
  throw new AppError("validation_failed", { errors: [{ pointer, rule: "too_big", message }] });
}
