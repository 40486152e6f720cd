/** Options of the widget that a component hands on; docs/widget.md has them all. */
export interface WidgetOptions {
  /** Token or address of the link; without it, the link that the server names. */
  link?: string;
  theme?: "light" | "dark" | "auto";
  position?: "bottom-right" | "bottom-left" | "top-right" | "top-left";
  autoOpen?: boolean;
  locale?: string;
  identity?: string;
  mode?: "bubble" | "inline" | "page";
  color?: string;
  teaser?: string;
  name?: string;
}

/** Envelope of a message; its text stays between visitor and server. */
export interface WidgetMessage {
  id: string;
  sender_type: "user" | "agent" | "operator" | "system";
  timestamp: string;
  conversation_id: string;
}

export interface Widget {
  openChat(): void;
  closeChat(): void;
  sendMessage(text: string): void;
  destroy(): void;
  on(event: string, listener: (detail: never) => void): this;
}

interface WidgetGlobal {
  ChatWidget?: new (options: WidgetOptions & { backendUrl: string; target?: Element }) => Widget;
}

const loads = new Map<string, Promise<void>>();

/** Loads the script of a server once, however many components ask. Rejects when it cannot be loaded; then the next call tries again. */
function loadScript(server: string): Promise<void> {
  const known = loads.get(server);
  if (known !== undefined) return known;
  const load = new Promise<void>((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = `${server}/widget.js`;
    // The components make the widgets, not the tag.
    tag.dataset.manual = "true";
    tag.onload = () => resolve();
    tag.onerror = () => {
      loads.delete(server);
      reject(new Error(`the chat widget of ${server} could not be loaded`));
    };
    document.head.append(tag);
  });
  loads.set(server, load);
  return load;
}

/**
 * Puts the widget of a server on the page, inside `place` where its mode is `inline`. Answers what takes it away again, also before it
 * is there.
 */
export function mountWidget(
  server: string,
  { place, ready, ...options }: WidgetOptions & { place?: Element | null; ready?: (widget: Widget) => void },
): () => void {
  let widget: Widget | null = null;
  let gone = false;
  loadScript(server).then(
    () => {
      const { ChatWidget } = globalThis as unknown as WidgetGlobal;
      if (gone || ChatWidget === undefined) return;
      const target = options.mode === "inline" && place ? { target: place } : {};
      widget = new ChatWidget({ ...options, backendUrl: server, ...target });
      ready?.(widget);
    },
    (error: unknown) => console.error(error),
  );
  return () => {
    gone = true;
    widget?.destroy();
  };
}

/** What the component is made of: hooks of React, or of preact/compat, handed in like those of `createUseChat`. */
export interface ReactElements<Element> {
  createElement(type: "div", props: { ref: { current: unknown } }): Element;
  useEffect(effect: () => () => void, dependencies: readonly unknown[]): void;
  useRef<T>(value: T): { current: T };
}

export interface ChatWidgetProps extends WidgetOptions {
  onMessage?(message: WidgetMessage): void;
  onReady?(widget: Widget): void;
}

/** Makes the component `<ChatWidget/>` for the widget of a server: there while it is mounted, anew when an option changes. */
export function createChatWidget<Element>(react: ReactElements<Element>, server: string) {
  return function ChatWidget({ onMessage, onReady, ...options }: ChatWidgetProps): Element {
    const place = react.useRef<unknown>(null);
    const listeners = react.useRef({ onMessage, onReady });
    listeners.current = { onMessage, onReady };
    react.useEffect(
      () =>
        mountWidget(server, {
          ...options,
          place: place.current as globalThis.Element | null,
          ready: (widget) => {
            widget.on("message", (message: WidgetMessage) => listeners.current.onMessage?.(message));
            listeners.current.onReady?.(widget);
          },
        }),
      [JSON.stringify(options)],
    );
    return react.createElement("div", { ref: place });
  };
}
