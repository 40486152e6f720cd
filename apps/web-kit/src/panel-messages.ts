/**
 * The messages between the page of a site (the host) and the panel of the widget (our page in a frame there), over a MessagePort that the
 * host sends once, with `connect`. Both ends check each message with `readHostMessage` or `readPanelMessage`: malformed ones and those of
 * an unknown type are ignored. Nothing a visitor or an agent has written goes from the panel to the host.
 */

/** The only message that is sent to the frame itself; all others use the port that comes with it. */
export interface ConnectMessage {
  parley: 1;
  type: "connect";
  /** Origin of the host page, such as `https://shop.example`; empty where it has none. */
  origin: string;
}

export type PanelTheme = "light" | "dark" | "auto";

export type HostMessage =
  /** The panel is visible (`open`), or no longer. Before the first `open` or `send`, it creates no session and stores nothing. */
  | { type: "close" | "new_conversation" }
  /** `focus` false: it opened by itself, and the focus stays where it is. */
  | { type: "open"; focus?: boolean }
  /** Forget everything about this visitor here, without ending anything. */
  | { type: "shutdown" }
  /** Puts text into the empty message field. */
  | { type: "prefill"; text: string }
  | { type: "send"; text: string }
  | { type: "escalate"; reason?: string; metadata?: Record<string, unknown> }
  /** `identity`: a JWT of the embedding site. */
  | { type: "identify"; identity: string }
  | { type: "context"; data: Record<string, unknown> }
  /** What the panel gave the host to store, on an earlier visit. */
  | { type: "resume"; handle: string }
  | { type: "theme"; theme: PanelTheme }
  /** The part of the window that is not covered by a keyboard, in CSS pixels, and the distance of its top from the top of the frame. */
  | { type: "viewport"; height: number; offset_top: number };

export type PanelStatus = "connecting" | "online" | "reconnecting" | "offline" | "ended";
export type PanelTransport = "websocket" | "sse" | "polling";
export type SenderType = "user" | "agent" | "operator" | "system";

export type PanelMessage =
  | { type: "ready" }
  | { type: "status"; status: PanelStatus; transport: PanelTransport | null }
  /** A new message; `timestamp` is ISO 8601. Its text stays with the visitor. */
  | { type: "message"; id: string; sender_type: SenderType; timestamp: string; conversation_id: string }
  | { type: "typing"; sender_type: SenderType }
  /** Messages that arrived while the panel was closed. */
  | { type: "unread"; count: number }
  /** `since`: ISO 8601, set while the visitor waits for a human. */
  | { type: "escalation"; status: "waiting" | "assigned" | "none"; since?: string }
  /** To be stored by the host page and returned on the next visit; null = delete it. Opaque, and useful only to the panel. */
  | { type: "resume"; handle: string | null }
  /** The visitor wants to close the panel. */
  | { type: "close_request" }
  /** A refusal, for the developer of the host page. `docs`: address of the page that explains it. */
  | { type: "error"; code: string; message: string; docs?: string };

const MAX_TEXT = 20_000;

type Check = (value: unknown) => boolean;
/** By type, the check of each field. The name of an optional field ends in `?`. */
type Shapes<Message extends { type: string }> = Readonly<Record<Message["type"], Readonly<Record<string, Check>>>>;

const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === "string" && value.length <= MAX_TEXT;
const isSize: Check = (value) => typeof value === "number" && value >= 0 && value < 1e6;
const oneOf =
  (...names: string[]): Check =>
  (value) =>
    names.includes(value as string);
const isSender = oneOf("user", "agent", "operator", "system");

const fromHost: Shapes<HostMessage> = {
  open: { "focus?": (value) => typeof value === "boolean" },
  close: {},
  new_conversation: {},
  shutdown: {},
  prefill: { text: isText },
  send: { text: isText },
  escalate: { "reason?": isText, "metadata?": isObject },
  identify: { identity: isText },
  context: { data: isObject },
  resume: { handle: isText },
  theme: { theme: oneOf("light", "dark", "auto") },
  viewport: { height: isSize, offset_top: isSize },
};

const fromPanel: Shapes<PanelMessage> = {
  ready: {},
  status: {
    status: oneOf("connecting", "online", "reconnecting", "offline", "ended"),
    transport: (value) => value === null || oneOf("websocket", "sse", "polling")(value),
  },
  message: { id: isText, sender_type: isSender, timestamp: isText, conversation_id: isText },
  typing: { sender_type: isSender },
  unread: { count: isSize },
  escalation: { status: oneOf("waiting", "assigned", "none"), "since?": isText },
  resume: { handle: (value) => value === null || isText(value) },
  close_request: {},
  error: { code: isText, message: isText, "docs?": isText },
};

function fits(shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>, value: unknown): boolean {
  if (!isObject(value)) return false;
  const message = value as Record<string, unknown>;
  const type = message.type;
  const shape = typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (!shape) return false;
  return Object.entries(shape).every(([name, check]) => {
    const optional = name.endsWith("?");
    const field = message[optional ? name.slice(0, -1) : name];
    return check(field) || (optional && field === undefined);
  });
}

/** The message of the host, or null = not one of its messages. */
export const readHostMessage = (value: unknown): HostMessage | null =>
  fits(fromHost, value) ? (value as HostMessage) : null;

/** The message of the panel, or null = not one of its messages. */
export const readPanelMessage = (value: unknown): PanelMessage | null =>
  fits(fromPanel, value) ? (value as PanelMessage) : null;

/** The handshake, or null = something else. */
export function readConnect(value: unknown): ConnectMessage | null {
  const message = isObject(value) ? (value as Record<string, unknown>) : {};
  return message.parley === 1 && message.type === "connect" && isText(message.origin)
    ? (value as ConnectMessage)
    : null;
}
