import type { ServerResponse } from "node:http";
import type { Page, WebSocketRoute } from "playwright-core";
import type { FakeApi } from "./fake-api.js";

type Data = Record<string, unknown>;

/** The sockets of one page, as the widget channel serves them. */
export interface FakeSockets {
  opened: number;
  /** The place each one was opened at. */
  after: (string | null)[];
  /** What is between page and server lets no socket through. */
  broken: boolean;
  cut(): Promise<void>;
}

/** Plays the server's end of the page's sockets: the events of the session, in the terms of the channel. */
export async function playSockets(page: Page, api: () => FakeApi): Promise<FakeSockets> {
  const open = new Set<WebSocketRoute>();
  const sockets: FakeSockets = {
    opened: 0,
    after: [],
    broken: false,
    cut: async () => {
      for (const socket of open) await socket.close({ code: 1011 });
      open.clear();
    },
  };
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    if (sockets.broken) return void socket.close({ code: 1011 });
    sockets.opened += 1;
    const after = new URL(socket.url()).searchParams.get("after");
    sockets.after.push(after);
    open.add(socket);
    api().session?.openStream(streamInto(socket), after);
  });
  return sockets;
}

/** What writes an event stream writes frames instead. */
function streamInto(socket: WebSocketRoute): ServerResponse {
  const response = {
    writeHead: () => response,
    on: (name: string, run: () => void) => {
      if (name === "close") socket.onClose(run);
      return response;
    },
    destroy: () => void socket.close({ code: 1011 }),
    write: (block: string) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data === undefined) return true;
      const id = field("id");
      socket.send(JSON.stringify({ ...frame(field("event") ?? "", JSON.parse(data)), ...(id && { event_id: id }) }));
      return true;
    },
  };
  // Of a response a session uses nothing else.
  return response as unknown as ServerResponse;
}

function frame(type: string, data: Data): Data {
  if (type === "typing")
    return { type, sender_type: data.who === "visitor" ? "user" : "agent", sender_id: data.who, typing: data.active };
  if (type !== "message") return { ...data, type };
  const { role, created_at, ...rest } = data;
  const isUser = role === "user";
  const id = `${String(data.turn_id)}${isUser ? "" : `.${String(data.part)}`}`;
  const sender = isUser ? { sender_type: "user", sender_id: "user_1" } : { sender_type: "agent", sender_id: "agent" };
  return { ...rest, id, ...sender, timestamp: created_at, type };
}
