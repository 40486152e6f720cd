import { WebSocket } from "ws";

/** What one socket reader was told over all its connections. */
export interface SocketTold {
  /** `sender_type: content` of each message, in order of arrival. */
  messages: string[];
  /** Their ids. */
  ids: string[];
  /** Events that came again, or out of their order. */
  repeated: number;
  resets: number;
  cuts: number;
  /** Codes with which the server ended connections, but for the last one. */
  refused: number;
  ended: boolean;
}

export interface CutSocket {
  readonly told: SocketTold;
  /** Says a text on whatever connection there is, again and again until it was accepted. */
  say(text: string): Promise<void>;
  /** Leaves the connection whole from now on. */
  keep(): void;
  stop(): void;
}

const PATIENCE_MS = 10_000;
const CUT_MS: [number, number] = [75, 225];
const PAUSE_MS: [number, number] = [20, 50];
const between = ([from, to]: [number, number]): number => from + Math.random() * (to - from);

interface Saying {
  frame: { content: string; client_message_id: string };
  accepted: () => void;
}

/**
 * Follows a conversation over sockets, on another gateway each time, and cuts its own connection again and again. The clock of a
 * connection starts with its first frame: on a machine that is slower than the cuts a reader would else never hear a word.
 */
export function startCutSocket({ urls, token }: { urls: string[]; token: string }): CutSocket {
  const told: SocketTold = { messages: [], ids: [], repeated: 0, resets: 0, cuts: 0, refused: 0, ended: false };
  let turn = Math.floor(Math.random() * urls.length);
  let place: string | null = null;
  let lastOffset = 0;
  let cutting = true;
  let stopped = false;
  let said = 0;
  let saying: Saying | null = null;
  let ws: WebSocket | undefined;
  let pause: NodeJS.Timeout | undefined;

  const note = (frame: Record<string, unknown>): void => {
    if (frame.type === "reset") told.resets += 1;
    if (frame.type === "session_ended") told.ended = true;
    const waiting = saying;
    if (frame.type === "ack" && waiting !== null && frame.client_message_id === waiting.frame.client_message_id) {
      saying = null;
      waiting.accepted();
    }
    if (typeof frame.event_id !== "string" || frame.type === "connected") return;
    place = frame.event_id;
    const offset = Number(place.split("-")[1]);
    if (offset <= lastOffset) told.repeated += 1;
    lastOffset = offset;
    if (frame.type !== "message") return;
    told.messages.push(`${String(frame.sender_type)}: ${String(frame.content)}`);
    told.ids.push(String(frame.id));
  };

  const connect = (): void => {
    const url = `${urls[turn % urls.length]}${place === null ? "" : `?after=${place}`}`;
    turn += 1;
    const own = new WebSocket(url, ["parley.v1", `bearer.${token}`], { perMessageDeflate: false });
    ws = own;
    let first = true;
    let timer = setTimeout(() => own.terminate(), PATIENCE_MS);
    own.on("error", () => undefined);
    own.on("message", (data) => {
      if (first) {
        first = false;
        clearTimeout(timer);
        if (saying !== null) own.send(JSON.stringify(saying.frame));
        if (cutting)
          timer = setTimeout(() => {
            if (!cutting) return;
            told.cuts += 1;
            own.terminate();
          }, between(CUT_MS));
      }
      note(JSON.parse(String(data)));
    });
    own.once("close", (code) => {
      clearTimeout(timer);
      if (stopped || told.ended) return;
      if (code !== 1006) told.refused += 1;
      pause = setTimeout(connect, code === 1006 ? between(PAUSE_MS) : 1_000);
    });
  };
  connect();
  return {
    told,
    say(text) {
      said += 1;
      const frame = { content: text, client_message_id: `m${said}` };
      return new Promise((accepted) => {
        saying = { frame, accepted };
        if (ws?.readyState === WebSocket.OPEN) ws.send(JSON.stringify(frame));
      });
    },
    keep: () => {
      cutting = false;
    },
    stop() {
      stopped = true;
      clearTimeout(pause);
      ws?.terminate();
    },
  };
}
