import type { giveFeedback, rateMessage } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/** Stores a visitor's rating of the conversation. Idempotent by session: a later rating replaces the earlier one. */
export const giveFeedbackHandler =
  (deps: HandlerDeps) =>
  async ({
    access,
    rating,
    text,
  }: z.output<typeof giveFeedback.request>): Promise<z.input<typeof giveFeedback.response>> => {
    const answer = await deps.feedback.give(accessRow(access, deps.secrets), rating, text);
    if (answer.changed) deps.relay.soon();
    return answer;
  };

/** Stores, changes or withdraws a visitor's rating of one answer. Idempotent by message. */
export const rateMessageHandler =
  (deps: HandlerDeps) =>
  async (input: z.output<typeof rateMessage.request>): Promise<z.input<typeof rateMessage.response>> => {
    const { access, messageId, rating, text } = input;
    const answer = await deps.feedback.rate(accessRow(access, deps.secrets), messageId, { rating, text });
    return { messageId: answer.message_id };
  };
