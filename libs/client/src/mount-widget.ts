/** Widget options that a component passes on; the docs page of the widget lists all of them. */
export interface WidgetOptions {
  /** Token or address of the link; without it, the server's default link. */
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

/** Metadata of a message; its text stays between visitor and server. */
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

/** The part of a browser's document that a script tag needs: programs that import this package are type-checked without the rest. */
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
    // The components create the widgets, not the tag.
    tag.dataset.manual = "true";
    document.head.append(tag);
  });
  return loads[server];
}

/**
 * Adds the widget of a server to the page, inside `place` if its mode is `inline`. Returns a function that removes it, even before it has
 * loaded.
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
