import type { Settings } from "./options.js";

/** A widget as listed in the registry of the page. */
interface Listed<Command> {
  readonly settings: Readonly<Settings>;
  push(...commands: Command[]): void;
}

/** Before the script: a list of commands. After it: the first widget. */
const host = window as unknown as { chatWidget?: unknown };

/** The widgets of a page, in the order of their creation. */
export class Registry<Command, Widget extends Listed<Command>> {
  readonly #widgets: Widget[] = [];

  /** The first widget becomes `window.chatWidget` and runs the commands that were queued before. */
  add(widget: Widget): void {
    this.#widgets.push(widget);
    if (this.#widgets.length > 1) return;
    const before = host.chatWidget;
    host.chatWidget = widget;
    if (Array.isArray(before)) queueMicrotask(() => widget.push(...before));
  }

  remove(widget: Widget): void {
    const index = this.#widgets.indexOf(widget);
    if (index >= 0) this.#widgets.splice(index, 1);
    if (host.chatWidget === widget) host.chatWidget = this.#widgets[0];
  }

  /** The widget with this name; without a name, the first. */
  get(name = ""): Widget | undefined {
    return this.#widgets.find(({ settings }) => name === "" || settings.name === name);
  }

  /** The widget of the same link in the same place. */
  like(wanted: Settings): Widget | undefined {
    return this.#widgets.find(({ settings }) => keyOf(settings) === keyOf(wanted));
  }

  /** How many were created before this one, which is stacked above them. */
  before(widget: Widget): number {
    return this.#widgets.indexOf(widget);
  }
}

const keyOf = ({ link, mode, target, name }: Settings): string => [link, mode, target, name].join();
