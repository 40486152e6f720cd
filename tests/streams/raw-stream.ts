import { connect, type Socket } from "node:net";

/** One event as it stood on the wire; `data` is not parsed. */
export interface RawEvent {
  id: string | null;
  event: string;
  data: string;
}

export interface RawStreamOptions {
  /** `http://host:port/path`. */
  url: string;
  headers: Record<string, string>;
  onEvent(event: RawEvent): void;
  /** Once, when the connection is over for whatever reason. `retryAfterMs`: what a refusal said. */
  onEnd(end: { status: number; retryAfterMs: number | null }): void;
}

const FRAME_END = "\n\n";

/**
 * Reads an event stream from a bare socket: thousands of readers share two cores with the servers that they test, and must cost
 * next to nothing. Answers the function that cuts the connection.
 */
export function openRawStream({ url, headers, onEvent, onEnd }: RawStreamOptions): () => void {
  const { hostname, port, pathname, search } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n${lines.join("")}\r\n`;
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const body = createBody(onEvent);
  let head = "";
  let status = 0;
  let retryAfterMs: number | null = null;
  socket.setEncoding("latin1");
  socket.on("connect", () => socket.write(request));
  socket.on("data", (text: string) => {
    if (status === 200) return body(text);
    head += text;
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    status = Number(head.slice(9, 12));
    if (status === 200) return body(head.slice(end + 4));
    const seconds = /^retry-after: (\d+)/im.exec(head)?.[1];
    retryAfterMs = seconds === undefined ? null : Number(seconds) * 1_000;
    // A refusal is known by its head.
    socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.once("close", () => onEnd({ status, retryAfterMs }));
  return () => socket.destroy();
}

/** Takes a chunked body apart and calls for each whole event. */
function createBody(onEvent: (event: RawEvent) => void): (text: string) => void {
  let raw = "";
  let left = 0;
  let text = "";
  return (more) => {
    raw += more;
    for (;;) {
      if (left > 0) {
        const taken = raw.slice(0, left);
        text += taken;
        raw = raw.slice(taken.length);
        left -= taken.length;
        if (left > 0) break;
      }
      // The end of the chunk before, then the size of the next one.
      const size = /^(?:\r\n)?([0-9a-f]+)\r\n/i.exec(raw);
      if (size?.[1] === undefined) break;
      left = Number.parseInt(size[1], 16);
      raw = raw.slice(size[0].length);
      if (left === 0) break;
    }
    for (let end = text.indexOf(FRAME_END); end >= 0; end = text.indexOf(FRAME_END)) {
      const frame = text.slice(0, end);
      text = text.slice(end + FRAME_END.length);
      if (frame.includes("event: ")) onEvent(eventOf(frame));
    }
  };
}

function eventOf(frame: string): RawEvent {
  const found: RawEvent = { id: null, event: "message", data: "" };
  for (const line of frame.split("\n")) {
    if (line.startsWith("id: ")) found.id = line.slice(4);
    else if (line.startsWith("event: ")) found.event = line.slice(7);
    // Sockets are read as bytes; only what is looked into is decoded.
    else if (line.startsWith("data: ")) found.data = line.slice(6);
  }
  return found;
}

export const utf8Of = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");
