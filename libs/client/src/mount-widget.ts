/** Options of the widget that a component hands on; the page of the widget in the docs has them all. */
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
  ChatWidget: new (options: WidgetOptions & { backendUrl: string; target: Element | undefined }) => Widget;
}

/** As much of a browser's document as a script tag needs: programs that import this package are checked without the rest. */
interface Page {
  createElement(name: "script"): { dataset: Record<string, string> };
  head: { append(tag: object): void };
}

const loads: Record<string, Promise<unknown>> = {};

/** Loads the script of a server once, however many components ask; rejects when it cannot be loaded. */
function loadScript(server: string): Promise<unknown> {
  loads[server] ??= new Promise((resolve, reject) => {
    const { document } = globalThis as unknown as { document: Page };
    const tag = document.createElement("script");
    Object.assign(tag, { src: `${server}/widget.js`, onload: resolve, onerror: reject });
    // The components make the widgets, not the tag.
    tag.dataset.manual = "true";
    document.head.append(tag);
  });
  return loads[server];
}

/**
 * Puts the widget of a server on the page, inside `place` where its mode is `inline`. Answers what takes it away again, also before it
 * is there.
 */
export function mountWidget(
  server: string,
  { place, ready, ...options }: WidgetOptions & { place?: Element | undefined; ready?: (widget: Widget) => void },
): () => void {
  let widget: Widget | undefined;
  let gone = false;
  loadScript(server).then(() => {
    const { ChatWidget } = globalThis as unknown as WidgetGlobal;
    if (gone) return;
    widget = new ChatWidget({ ...options, backendUrl: server, target: options.mode === "inline" ? place : undefined });
    ready?.(widget);
  }, console.error);
  return () => {
    gone = true;
    widget?.destroy();
  };
}
