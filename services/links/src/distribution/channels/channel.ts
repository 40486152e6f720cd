import type { OutboundResult } from "@parley/outbound";
import type { SentMessage } from "../write-message.js";

/** One message to one recipient, ready to be told. */
export interface Parcel {
  tenantId: string;
  /** Of the recipient's row: the same in each attempt. */
  id: string;
  deliveryId: string;
  address: string;
  name: string | null;
  message: SentMessage;
  agent: string;
  title: string;
  expiresAt: string | null;
  /** Where the recipient takes themselves off the list. */
  unsubscribe: string;
}

/**
 * How an attempt went. `retry`: nothing reached the recipient, or the provider knows a repeat by its id. `doubt`: it may have
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
   * Whether the provider has the message of an attempt that broke off after `since`: `sent`, `retry` = surely not, `doubt` =
   * nobody could say now. Only of providers that do not know a repeat, and can be asked.
   */
  find?(parcel: Parcel, since: string, signal: AbortSignal): Promise<Told>;
}

/** One attempt, whatever its channel, ends within this. */
export const ATTEMPT_MS = 15_000;
/** Bytes of an answer that are read. */
export const ANSWER_BYTES = 262_144;

const BEFORE_THE_REQUEST = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** There was no connection, so the other side has heard nothing. */
export const neverConnected = (result: OutboundResult): boolean =>
  result.type === "unreachable" && BEFORE_THE_REQUEST.has(result.reason);
