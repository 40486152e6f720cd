import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

export interface Exchange {
  answers: RawAnswer[];
  /** What followed the last whole answer; anything is a fault. */
  rest: string;
  /** How it ended: by the server, by a reset (what was on its way may be lost), or not at all. */
  over: "closed" | "reset" | "open";
}

interface Sending {
  /** Where the bytes are cut into packets. */
  cuts?: number[];
  /** Close the writing half behind the last byte. */
  end?: boolean;
  /** Sent when the first bytes of an answer are there. */
  onAnswer?: string;
  /** Milliseconds until the connection counts as left open. */
  patienceMs?: number;
}

/** Sends bytes on a connection of their own and reads until the server closes it. Bytes are written as Latin-1. */
export async function exchange(
  port: number,
  text: string,
  { cuts = [], end = false, onAnswer, patienceMs = 10_000 }: Sending = {},
): Promise<Exchange> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const chunks: Buffer[] = [];
  let isReset = false;
  socket.on("data", (chunk) => chunks.push(chunk));
  if (onAnswer !== undefined) socket.once("data", () => socket.write(onAnswer));
  socket.on("error", () => {
    isReset = true;
  });
  await once(socket, "connect");
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, patienceMs);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await write(socket, Buffer.from(text, "latin1"), cuts);
  if (end) socket.end();
  await closed;
  clearTimeout(timer);
  return {
    ...readAnswers(Buffer.concat(chunks).toString("latin1")),
    over: isLate ? "open" : isReset ? "reset" : "closed",
  };
}

async function write(socket: Socket, bytes: Buffer, cuts: number[]): Promise<void> {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    if (to > from && !socket.destroyed) socket.write(bytes.subarray(from, to));
    from = to;
    await turn();
  }
}

/** Takes answers apart as strictly as a proxy would: status line, headers, `content-length` bytes, nothing between. */
export function readAnswers(text: string): { answers: RawAnswer[]; rest: string } {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[!-9;-~]+: [^\r\n]*\r\n)*)\r\n/.exec(rest);
    if (head === null) return { answers, rest };
    const lines = (head[2] ?? "").split("\r\n").filter((line) => line !== "");
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
    );
    const length = Number(headers.get("content-length") ?? 0);
    const body = rest.slice(head[0].length, head[0].length + length);
    if (body.length < length) return { answers, rest };
    answers.push({ status: Number(head[1]), headers, body });
    rest = rest.slice(head[0].length + length);
  }
}
