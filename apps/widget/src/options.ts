import type { PanelTheme } from "@parley/web-kit";

type Position = "bottom-right" | "bottom-left" | "top-right" | "top-left";
type Mode = "bubble" | "inline" | "page";

/** Options of the constructor; each may also be an attribute: `data-auto-open` on the script, `auto-open` on the element. */
export interface ChatWidgetOptions {
  /** Token (`pl_…`) or address of the link. Without one, the widget created by the page's script is meant. */
  link?: string;
  /** Origin of the server, as `https:`, `http:`, `wss:` or `ws:`; by default the one that served the script. */
  backendUrl?: string;
  theme?: PanelTheme;
  position?: Position;
  autoOpen?: boolean;
  /** Language tag, such as `de` or `pt-BR`; by default the language of the host page. */
  locale?: string;
  /** JWT of the embedding site that identifies the visitor. */
  identity?: string;
  mode?: Mode;
  /** Where an inline chat goes: an element or a selector. */
  target?: string | Element;
  /** Brand colour, `#rgb` or `#rrggbb`; by default the product's own. */
  color?: string;
  /** One sentence beside the launcher. */
  teaser?: string;
  /** Distinguishes two widgets on one page: `data-parley-open="<name>"`, `ChatWidget.get(name)`. */
  name?: string;
}

export interface Settings extends ChatWidgetOptions {
  link: string;
  /** Origin of the server. */
  backend: string;
  theme: PanelTheme;
  mode: Mode;
}

/** The options among the attributes of an element, with or without `data-` before their names. */
export function optionsOf(tag: Element): ChatWidgetOptions {
  const options: Record<string, unknown> = {};
  for (const { name, value } of tag.attributes) {
    const option = name.replace(/^data-/, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (option === "autoOpen") options[option] = value !== "false";
    else if (value !== "") options[option] = value;
  }
  return options;
}

/** Normalises the options: unknown values become defaults, the link a token, the address an origin. */
export function settingsOf(options: ChatWidgetOptions, served: { origin: string; link: string }): Settings {
  const { link = served.link, mode, theme = "auto" } = options;
  const address = options.backendUrl ?? (link.startsWith("http") ? link : served.origin);
  return {
    ...options,
    link: /pl_\w+/.exec(link)?.[0] ?? "",
    backend: originOf(address) ?? served.origin,
    theme,
    mode: mode === "inline" || mode === "page" ? mode : "bubble",
  };
}

function originOf(address: string): string | null {
  try {
    return new URL(address.replace(/^ws/i, "http"), location.href).origin;
  } catch {
    return null;
  }
}
