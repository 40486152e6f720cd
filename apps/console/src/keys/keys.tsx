import styles from "./keys.module.css";

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Readonly<Record<string, string>> = {
  Escape: "Esc",
  Enter: "↵",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Mod: isMac ? "⌘" : "Ctrl",
};

/** Keys as they are labelled: `Mod+k` is "Ctrl K", or "⌘ K" on a Mac. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd className={styles.keys}>
      {keys.split(/[ +](?=.)/).map((key, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a key may come twice, and the list never changes.
        <kbd key={index} className={styles.key}>
          {NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </kbd>
      ))}
    </kbd>
  );
}
