import { acceptMessage, type channelMessageBody } from "@parley/contracts";
import type { z } from "zod";
import type { GatewayContext } from "../context.js";
import { type Participant, requireOwnName } from "../edge/channel.js";
import { messageLimit, requireLength } from "../edge/message-length.js";
import { noteSuspicion } from "../edge/note-suspicion.js";
import type { Visit } from "../edge/visitor.js";

/** The sender; a request has all of these, and a socket keeps them from its handshake. */
export interface Sender {
  readonly clientAddress: string;
  readonly clientBucket: string;
  readonly visit: Visit;
  readonly participant: Participant;
}

export interface Sent {
  status: "sent" | "duplicate";
  message_id: string;
  client_message_id?: string;
}

/**
 * Submits a message of the channel, like every other surface. Idempotent by `client_message_id` and by `idempotency`. Throws
 * `forbidden` for a name that is not the sender's, `validation_failed` for one that is too long, and what accepting a message throws.
 */
export async function sendMessage(
  context: GatewayContext,
  sender: Sender,
  message: z.output<typeof channelMessageBody>,
  { idempotency, requestId }: { idempotency: { key: string; fingerprint: string } | null; requestId?: string },
): Promise<Sent> {
  const { content, client_message_id: clientMessageId } = message;
  const { participant, visit } = sender;
  requireOwnName(participant, message);
  requireLength(content, messageLimit(context, visit.policy), "/content");
  const accepted = await context.bus.call(
    acceptMessage,
    {
      access: participant.access,
      content,
      clientMessageId: clientMessageId ?? null,
      idempotency,
      replyTo: context.waiter.replyTo,
    },
    requestId === undefined ? {} : { requestId },
  );
  if (!accepted.replayed) noteSuspicion(context.security, sender, { message: content, sessionId: accepted.sessionId });
  return {
    status: accepted.replayed ? "duplicate" : "sent",
    message_id: accepted.turnId,
    ...(clientMessageId === undefined ? {} : { client_message_id: clientMessageId }),
  };
}
