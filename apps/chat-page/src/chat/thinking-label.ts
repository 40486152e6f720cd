import { type ReadonlySignal, signal } from "@preact/signals";

/** Shown instead of a label of the server after a silence. */
export const WORKING = "working";

const APPEAR_AFTER_MS = 150;
const SHOW_AT_LEAST_MS = 500;
const SILENCE_MS = 10_000;

export interface ThinkingLabel {
  /** The label on screen; null = none. */
  shown: ReadonlySignal<string | null>;
  /** An answer is due; shows `label` unless text arrives within the first moments. */
  begin(label: string): void;
  /** The server names its current activity. */
  set(label: string): void;
  /** Text is arriving: hides the label, which returns as `WORKING` after a silence. */
  heard(): void;
  /** The answer is complete. */
  end(): void;
}

/** Shows each label for at least half a second, so that a quick series of them can be read, or until the answer is complete. */
export function createThinkingLabel(): ThinkingLabel {
  const shown = signal<string | null>(null);
  let wanted: string | null = null;
  let shownAt = 0;
  let change: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let active = false;

  const settle = (): void => {
    change = undefined;
    if (shown.value === wanted) return;
    shown.value = wanted;
    shownAt = performance.now();
  };
  const want = (label: string | null): void => {
    wanted = label;
    const visibleFor = performance.now() - shownAt;
    const delayMs = shown.value === null ? APPEAR_AFTER_MS : SHOW_AT_LEAST_MS - visibleFor;
    if (label === null && shown.value === null) {
      clearTimeout(change);
      change = undefined;
    } else if (delayMs <= 0) {
      clearTimeout(change);
      settle();
    } else {
      change ??= setTimeout(settle, delayMs);
    }
  };
  const watchSilence = (): void => {
    clearTimeout(silence);
    if (active) silence = setTimeout(() => want(WORKING), SILENCE_MS);
  };

  return {
    shown,
    begin: (label) => {
      if (active) return;
      active = true;
      want(label);
      watchSilence();
    },
    set: (label) => {
      active = true;
      want(label);
      watchSilence();
    },
    heard: () => {
      want(null);
      watchSilence();
    },
    end: () => {
      active = false;
      clearTimeout(silence);
      clearTimeout(change);
      change = undefined;
      wanted = null;
      shown.value = null;
    },
  };
}
