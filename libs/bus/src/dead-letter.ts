import { headers as createHeaders } from "@nats-io/nats-core";
import type { Delivery } from "./delivery.js";
import type { Publisher } from "./publisher.js";

/** Headers of a dead letter, besides those of the original. */
export const DEAD_HEADERS = {
  subject: "Parley-Dead-Subject",
  reason: "Parley-Dead-Reason",
  attempts: "Parley-Dead-Attempts",
  consumer: "Parley-Dead-Consumer",
} as const;

const MAX_REASON_CHARACTERS = 300;

/**
 * Puts a message aside as `dlq.<its subject>` with the bytes and headers it had, so that it can be replayed as it was.
 * Idempotent by stream, sequence and consumer. Throws AppError when it is not stored; the message must then stay.
 */
export async function deadLetter(
  publisher: Pick<Publisher, "store">,
  delivery: Delivery,
  about: { consumer: string; reason: string },
): Promise<void> {
  const headers = createHeaders();
  for (const [key, values] of delivery.msg.headers ?? []) {
    if (key.toLowerCase() !== "nats-msg-id") for (const value of values) headers.append(key, value);
  }
  headers.set("Nats-Msg-Id", `dlq:${delivery.stream}:${about.consumer}:${delivery.streamSequence}`);
  headers.set(DEAD_HEADERS.subject, delivery.subject);
  // A line break would end the header.
  headers.set(DEAD_HEADERS.reason, about.reason.replaceAll(/\s+/g, " ").slice(0, MAX_REASON_CHARACTERS));
  headers.set(DEAD_HEADERS.attempts, String(delivery.attempt));
  headers.set(DEAD_HEADERS.consumer, about.consumer);
  await publisher.store(`dlq.${delivery.subject}`, delivery.msg.data, headers);
}
