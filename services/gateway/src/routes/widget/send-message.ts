import { channelMessageBody, channelMessageSent } from "@parley/contracts";
import { sendMessage } from "../../channel/send.js";
import { requireOwnName } from "../../edge/channel.js";
import { fingerprintOf, givenIdempotencyKey } from "../../edge/idempotency.js";
import { takeLinkRate } from "../../edge/visit.js";
import { channelRoute } from "./channel-route.js";
import { conversationParams } from "./conversation-params.js";

/**
 * Sends a message; its answer arrives by socket, stream or history. Idempotent by `client_message_id` within the conversation and by
 * `Idempotency-Key`.
 */
export const sendChannelMessageRoute = channelRoute({
  method: "POST",
  path: "/:conversation_id/messages",
  summary: "Send a message of the channel",
  description:
    "Answers as soon as the message is stored. `sender_id` and `sender_type` may be left out; what does not fit the token is 403. `metadata` is checked and not kept. With an API token or a signature of a role that may, it is the answer of the operator who has the conversation (`sender_type` `agent`), as `POST /api/escalations/{id}/reply`.",
  config: { repeatable: true },
  params: conversationParams,
  body: channelMessageBody,
  answers: { 200: channelMessageSent },
  handle: async ({ body, request, reply }, context) => {
    requireOwnName(request.participant, body);
    const key = givenIdempotencyKey(request);
    await takeLinkRate(context, { request, reply }, request.participant.sessionToken);
    const idempotency = key === null ? null : { key: `visit:${key}`, fingerprint: fingerprintOf(request) };
    const sent = await sendMessage(context, request, body, { idempotency, requestId: request.id });
    if (sent.status === "duplicate") reply.header("idempotent-replayed", "true");
    return sent;
  },
});
