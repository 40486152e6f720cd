import { ChatWidget } from "./chat-widget.js";
import { defineElement } from "./chat-widget-element.js";
import { optionsOf } from "./options.js";
import { served } from "./served.js";

/** Replaced by the server, which may have a default link for script tags without one; a value with `%` in front was not replaced. */
const SERVED_LINK = "%PARLEY_LINK%";

const host = window as unknown as { ChatWidget?: typeof ChatWidget };
const script = document.currentScript as HTMLScriptElement | null;

// A second tag on a page creates a widget of its own, with the code that is already loaded.
if (host.ChatWidget === undefined) {
  served.origin = new URL(script?.src || location.href).origin;
  served.link = SERVED_LINK.startsWith("%") ? "" : SERVED_LINK;
  host.ChatWidget = ChatWidget;
  document.addEventListener("click", openByElement);
  defineElement();
}
if (script !== null) {
  const options = optionsOf(script);
  if (options.mode === "inline") options.target ??= script.parentElement ?? "body";
  // `data-manual`: the page creates its widgets itself.
  if (!script.dataset.manual && (options.link ?? served.link) !== "") host.ChatWidget.start(options);
}

/** `data-parley-open` and `data-parley-prefill` make any element of the host page an opener, including one added later. */
function openByElement(event: MouseEvent): void {
  const opener = (event.target as Element).closest?.("[data-parley-open],[data-parley-prefill]");
  const widget = opener && ChatWidget.get(opener.getAttribute("data-parley-open") ?? "");
  if (!widget) return;
  event.preventDefault();
  const text = opener.getAttribute("data-parley-prefill");
  if (text !== null) widget.prefill(text);
  widget.openChat({ opener });
}
