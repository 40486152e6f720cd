import { element, icon } from "./elements.js";
import type { Settings } from "./options.js";
import { widgetSheet } from "./style.js";
import type { Texts } from "./texts.js";

const BUBBLE = "M4 12a8 8 0 1 1 3.6 6.7L4 20l1.2-3.7A8 8 0 0 1 4 12z";
const BRAND = "#0f6b60";
const CROSS = "M6 6l12 12M18 6L6 18";

export interface ViewActions {
  toggle(): void;
  open(): void;
  close(): void;
  /** The visitor is about to open: the pointer or the focus is on the launcher. */
  intend(): void;
  retry(): void;
}

/** The elements of the widget on the host page: launcher, badge, teaser and the box around the frame, in a closed shadow root. */
export interface View {
  /** Element of the host page that carries the shadow root. */
  host: HTMLElement;
  /** Root of everything below; its classes are the state. */
  box: HTMLElement;
  panel: HTMLElement;
  launcher: HTMLButtonElement;
  /** The focused element within, or null. */
  focused(): Element | null;
  showUnread(count: number): void;
  /** The sentence in place of the frame, with a retry button; empty = it is loading. */
  showNote(sentence: string): void;
  /** Empty = none. */
  showTeaser(text: string): void;
  showOpen(open: boolean): void;
  placeFrame(frame: HTMLElement): void;
  /** Focuses the button that closes a panel without content. */
  focusNote(): void;
}

export function createView(settings: Settings, texts: Texts, rtl: boolean, actions: ViewActions): View {
  const { mode, theme, position, color } = settings;
  const isBubble = mode === "bubble";
  const host = element("div", { "data-mode": mode });
  const root = host.attachShadow({ mode: "closed" });
  root.adoptedStyleSheets = [widgetSheet()];
  const badge = element("span", { class: "badge", part: "badge", "aria-hidden": "true", hidden: "" });
  const face = [icon(BUBBLE, "c"), icon(CROSS, "x"), badge];
  const launcher = button("launcher", actions.toggle, ...face);
  launcher.setAttribute("aria-haspopup", "dialog");
  const said = element("div", { class: "said", role: "status" });
  const sentence = element("p", { role: "alert", dir: "auto" });
  const shut = closing(texts, actions.close);
  const note = element(
    "div",
    { class: "note" },
    sentence,
    element("progress"),
    button("again", actions.retry, texts.open),
  );
  const panel = element("div", { class: "panel", part: "panel" }, note);
  const corner = position ?? (rtl ? "bottom-left" : "bottom-right");
  const box = element("div", { class: `w ${mode} ${theme} ${corner.replace("-", " ")}` });
  // The launcher comes before the panel, so that Tab continues into the conversation.
  box.append(...(isBubble ? [launcher] : []), panel, said);
  if (isBubble) {
    panel.role = "dialog";
    panel.ariaLabel = texts.chat;
    note.append(shut);
    trapFocus(panel);
  }
  box.style.setProperty("--fill", color ?? BRAND);
  root.append(box);

  for (const intent of ["pointerenter", "focus"]) launcher.addEventListener(intent, actions.intend);
  box.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") actions.close();
  });

  let teaser: HTMLElement | undefined;
  let unread = "";
  let isOpen = false;
  const name = (): void => {
    launcher.ariaExpanded = String(isOpen);
    launcher.ariaLabel = isOpen ? texts.close : texts.open + unread;
    panel.ariaModal = box.matches(".full.is-open") ? "true" : null;
  };
  name();
  return {
    host,
    box,
    panel,
    launcher,
    focused: () => root.activeElement,
    showUnread(count) {
      badge.hidden = count === 0;
      badge.textContent = count > 9 ? "9+" : `${count}`;
      unread = count === 0 ? "" : ` (${texts.unread}: ${count})`;
      said.textContent = unread.slice(2, -1);
      name();
    },
    showNote(text) {
      sentence.textContent = text;
      note.querySelector(".again")?.toggleAttribute("hidden", text === "");
    },
    showTeaser(text) {
      teaser?.remove();
      if (text === "") return;
      const dismiss = closing(texts, () => teaser?.remove());
      teaser = element("div", { class: "teaser", part: "teaser" }, button("say", actions.open, text), dismiss);
      teaser.dir = "auto";
      panel.before(teaser);
    },
    showOpen(open) {
      isOpen = open;
      box.classList.toggle("is-open", open);
      name();
    },
    placeFrame: (frame) => note.before(frame),
    focusNote: () => shut.focus(),
  };
}

function button(className: string, action: () => void, ...children: (Node | string)[]): HTMLButtonElement {
  const made = element("button", { class: className, part: className, type: "button" }, ...children);
  made.addEventListener("click", action);
  return made;
}

function closing({ close }: Texts, action: () => void): HTMLButtonElement {
  const made = button("shut", action, "×");
  made.ariaLabel = close;
  return made;
}

/** In full screen the host page is covered, so Tab stays in the panel: stops around it, shown only then, send the focus back into it. */
function trapFocus(panel: HTMLElement): void {
  const stop = (): HTMLElement => {
    const made = element("span", { class: "stop", tabindex: "0" });
    made.addEventListener("focus", () => panel.querySelector<HTMLElement>(".ready iframe, .shut")?.focus());
    return made;
  };
  panel.prepend(stop());
  panel.append(stop());
}
