import styles from "./states.module.css";

/** Grey lines in place of content. They appear after 150 ms, because quick answers need no placeholder. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className={styles.skeleton}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move.
        <span key={line} className={styles.line} aria-hidden="true" />
      ))}
    </div>
  );
}
