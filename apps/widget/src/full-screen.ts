import type { HostMessage } from "@parley/web-kit";

const NARROW = "(max-width: 479.98px)";

/**
 * On a narrow window the open panel covers it and follows its visible part, which a phone's keyboard makes smaller without resizing the
 * page. `box` carries the state as classes, `tell` sends to the page in the panel.
 */
export function followWindow(box: HTMLElement, tell: (message: HostMessage) => void, gone: AbortSignal): () => void {
  const narrow = matchMedia(NARROW);
  const view = window.visualViewport;
  const place = (): void => {
    box.classList.toggle("full", narrow.matches);
    // When the visitor zooms in, the view moves over the panel, which stays as it is.
    if (!box.matches(".full.is-open") || view === null || view.scale > 1.01) return;
    box.style.setProperty("--top", `${view.offsetTop}px`);
    box.style.setProperty("--height", `${view.height}px`);
    // The frame has this size and place already, so nothing of it is covered.
    tell({ type: "viewport", height: view.height, offset_top: 0 });
  };
  for (const [target, event] of [
    [narrow, "change"],
    [view, "resize"],
    [view, "scroll"],
  ] as const)
    target?.addEventListener(event, place, { signal: gone });
  place();
  return place;
}
