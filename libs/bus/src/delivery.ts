import type { Msg } from "@nats-io/nats-core";

/** One delivery of a stored message, with the verbs that end or prolong it. After the first ending verb the rest do nothing. */
export interface Delivery {
  readonly subject: string;
  readonly stream: string;
  readonly streamSequence: number;
  /** 1 for the first delivery. */
  readonly attempt: number;
  readonly msg: Msg;
  ack(): void;
  nak(delayMs: number): void;
  term(): void;
  working(): void;
}

/** Reads stream position and attempt from the reply subject; null when the message is not a delivery of a stored one. */
export function toDelivery(msg: Msg): Delivery | null {
  const tokens = msg.reply?.split(".") ?? [];
  // $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>, or with domain and account
  // after ACK and a random last token (servers from 2.10 on can be told to use it).
  const at = tokens.length === 9 ? 2 : 4;
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK" || tokens.length < at + 7) return null;
  let ended = false;
  const end = (verb: string): void => {
    if (ended) return;
    ended = true;
    respond(msg, verb);
  };
  return {
    subject: msg.subject,
    stream: tokens[at] ?? "",
    streamSequence: Number(tokens[at + 3]),
    attempt: Number(tokens[at + 2]),
    msg,
    ack: () => end("+ACK"),
    nak: (delayMs) => end(`-NAK {"delay":${Math.round(delayMs * 1e6)}}`),
    term: () => end("+TERM"),
    working: () => {
      if (!ended) respond(msg, "+WPI");
    },
  };
}

function respond(msg: Msg, verb: string): void {
  try {
    msg.respond(verb);
  } catch {
    // The connection is closed; the server hands the message out again after its ack wait.
  }
}
