import type { OutboundResult } from "@parley/outbound";
import type { SentMessage } from "../write-message.js";

/** One message to one recipient, ready to be sent. */
export interface Parcel {
  tenantId: string;
  /** Id of the recipient's row: the same in each attempt. */
  id: string;
  deliveryId: string;
  address: string;
  name: string | null;
  message: SentMessage;
  agent: string;
  title: string;
  expiresAt: string | null;
  /** Address where the recipient can unsubscribe. */
  unsubscribe: string;
}

/**
 * The outcome of an attempt. `retry`: nothing reached the recipient, or the provider detects a repeat by its id. `doubt`: it may have
 * reached them, and a repeat might be a second copy.
 */
export type Told =
  | { type: "sent"; providerId?: string | undefined; outcome?: string }
  | { type: "failed"; outcome: string }
  | { type: "retry"; outcome: string }
  | { type: "doubt"; outcome: string };

export interface Channel {
  send(parcel: Parcel, signal: AbortSignal): Promise<Told>;
  /**
   * Whether the provider has the message of an attempt that broke off after `since`: `sent`, `retry` = certainly not, `doubt` =
   * unknown. Only for providers that do not detect repeats but can be asked.
   */
  find?(parcel: Parcel, since: string, signal: AbortSignal): Promise<Told>;
}

/** One attempt, whatever its channel, ends within this. */
export const ATTEMPT_MS = 15_000;
/** Maximum bytes read of an answer. */
export const ANSWER_BYTES = 262_144;

const BEFORE_THE_REQUEST = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** There was no connection, so the other side received nothing. */
export const neverConnected = (result: OutboundResult): boolean =>
  result.type === "unreachable" && BEFORE_THE_REQUEST.has(result.reason);
