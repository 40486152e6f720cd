import { useSyncExternalStore } from "react";

export type Theme = "auto" | "light" | "dark";

const KEY = "parley-console-theme";
const listeners = new Set<() => void>();
let current: Theme = read();

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto";
  }
}

/** Applies the chosen theme to the document; "auto" follows the system. With blocked storage it is only not remembered. */
export function setTheme(theme: Theme): void {
  current = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice then lasts until the page is closed.
  }
  applyTheme();
  for (const listener of listeners) listener();
}

/** Called once before the first render, so that the page never flashes in the wrong colours. */
export function applyTheme(): void {
  if (current === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = current;
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
