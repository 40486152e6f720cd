import type { ReactNode } from "react";
import { cx } from "./cx.js";
import styles from "./status.module.css";

export type Tone = "neutral" | "good" | "warn" | "problem" | "accent";

/** A short fact in a frame: a filter, a tag, a count. */
export function Chip({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={cx(styles.chip, styles[tone])}>{children}</span>;
}

/** A state: a dot in its tone and a word. The word says it all, so colour is never the only sign. */
export function Status({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={cx(styles.status, styles[tone])}>
      <span className={styles.dot} aria-hidden="true" />
      {children}
    </span>
  );
}
