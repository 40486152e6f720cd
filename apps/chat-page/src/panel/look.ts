import type { PanelTheme } from "@parley/web-kit";

/** `auto` leaves the choice to the visitor's system. */
export function showTheme(theme: PanelTheme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Fits the panel to the part of the window above the keyboard: a frame is not told of the keyboard. */
export function showViewport({ height, offset_top }: { height: number; offset_top: number }): void {
  const { style } = document.documentElement;
  style.setProperty("--panel-height", `${height}px`);
  style.setProperty("--panel-top", `${offset_top}px`);
}
