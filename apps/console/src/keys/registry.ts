import { useEffect, useRef, useSyncExternalStore } from "react";

/** A keyboard shortcut. The registry feeds the sheet on `?`, the palette and the tooltips. */
export interface Shortcut {
  id: string;
  /** `j`, `?`, `Escape`, `Mod+k` (Ctrl, or Cmd on a Mac), or a sequence: `g i`. */
  keys: string;
  label: string;
  /** Heading in the sheet: "Everywhere", "Lists", "Inbox". */
  scope: string;
  run: () => void;
}

const shortcuts = new Map<string, Shortcut>();
const listeners = new Set<() => void>();
let listed: readonly Shortcut[] = [];

function changed(): void {
  listed = [...shortcuts.values()];
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The shortcuts of the current page. */
export const allShortcuts = (): readonly Shortcut[] => listed;

/** Runs the action of a shortcut, for a button that does the same. */
export const runShortcut = (id: string): void => shortcuts.get(id)?.run();

export const useShortcuts = (): readonly Shortcut[] => useSyncExternalStore(subscribe, allShortcuts);

/** The keys of a shortcut, null while it is not on the page, or for a single letter while those are off. */
export function useShortcutKeys(id: string | undefined): string | null {
  const keys = useSyncExternalStore(subscribe, () => (id === undefined ? undefined : shortcuts.get(id)?.keys));
  const letters = useLetters();
  return keys === undefined || (!letters && isLetters(keys)) ? null : keys;
}

/** Registers a shortcut while the component is mounted and `enabled`. `run` may be a new function on every render. */
export function useShortcut({ enabled = true, ...shortcut }: Shortcut & { enabled?: boolean }): void {
  const latest = useRef(shortcut.run);
  useEffect(() => {
    latest.current = shortcut.run;
  });
  const { id, keys, label, scope } = shortcut;
  useEffect(() => {
    if (!enabled) return;
    const own: Shortcut = { id, keys, label, scope, run: () => latest.current() };
    shortcuts.set(id, own);
    changed();
    return () => {
      // A page mounted meanwhile may have taken over the id.
      if (shortcuts.get(id) === own) shortcuts.delete(id);
      changed();
    };
  }, [id, keys, label, scope, enabled]);
}

const KEY = "parley-console-letters";
let letters = readLetters();

function readLetters(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** Whether keys without Ctrl or Cmd do anything (WCAG 2.1.4: users of speech input can disable them). */
export const lettersOn = (): boolean => letters;

export const useLetters = (): boolean => useSyncExternalStore(subscribe, lettersOn);

export function setLetters(on: boolean): void {
  letters = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // The choice then lasts until the page is closed.
  }
  changed();
}

/** Escape and keys with Ctrl or Cmd are not affected by the switch. */
export const isLetters = (keys: string): boolean => keys !== "Escape" && !keys.startsWith("Mod+");
