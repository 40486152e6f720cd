import { ChatWidget } from "./chat-widget.js";
import { optionsOf } from "./options.js";

/** `<chat-widget link="pl_…" mode="inline">`: the same widget as markup. Its DOM events bubble from this element. */
class ChatWidgetElement extends HTMLElement {
  widget: ChatWidget | null = null;

  connectedCallback(): void {
    this.widget ??= new ChatWidget({ ...optionsOf(this), target: this });
  }

  disconnectedCallback(): void {
    // An element that was only moved is connected again by then.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.widget?.destroy();
      this.widget = null;
    });
  }
}

export function defineElement(): void {
  if (customElements.get("chat-widget") === undefined) customElements.define("chat-widget", ChatWidgetElement);
}
