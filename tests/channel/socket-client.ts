import { eventually } from "@parley/testkit";
import { WebSocket } from "ws";
import type { Conversation } from "./conversation.js";

export type Frame = Record<string, unknown> & { type: string };

/** A socket of a test, with all it was told. */
export interface SocketClient {
  ws: WebSocket;
  frames: Frame[];
  /** Code and reason of its end; null = it lives. */
  end(): { code: number; reason: string } | null;
  send(frame: unknown): void;
  /** The first frame that fits, as soon as it is there. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
  ended(): Promise<{ code: number; reason: string }>;
}

export interface SocketOptions {
  gateway: string;
  /** Path and query; default: of the conversation. */
  path?: string;
  query?: string;
  protocols?: string[];
  headers?: Record<string, string>;
}

export const pathOf = ({ id, userId }: Pick<Conversation, "id" | "userId">): string => `/ws/chat/${id}/${userId}`;

/** Opens a socket of a conversation, by header unless the options say otherwise. */
export function openSocket(talk: Conversation, options: SocketOptions): SocketClient {
  const { gateway, path = pathOf(talk), query = "", protocols = [] } = options;
  const headers = options.headers ?? { authorization: `Bearer ${talk.token}` };
  const ws = new WebSocket(`${gateway.replace(/^http/, "ws")}${path}${query}`, protocols, { headers });
  const frames: Frame[] = [];
  let end: { code: number; reason: string } | null = null;
  ws.on("message", (data) => frames.push(JSON.parse(String(data))));
  ws.on("error", () => undefined);
  ws.on("close", (code, reason) => {
    end = { code, reason: String(reason) };
  });
  const wait = <T>(look: () => T | null | undefined): Promise<T> =>
    eventually(
      async () => {
        const found = look();
        if (found == null)
          throw new Error(`not there; told ${frames.map(({ type }) => type).join(", ")}, end ${end?.code}`);
        return found;
      },
      { timeoutMs: 20_000 },
    );
  return {
    ws,
    frames,
    end: () => end,
    send: (frame) => ws.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    until: (fits) => wait(() => frames.find(fits)),
    ended: () => wait(() => end),
  };
}

export const isType =
  (type: string) =>
  (frame: Frame): boolean =>
    frame.type === type;
export const says =
  (content: string) =>
  (frame: Frame): boolean =>
    frame.type === "message" && frame.content === content;
