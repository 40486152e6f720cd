import { useShortcutKeys } from "../keys/registry.js";
import styles from "./shell.module.css";

const MOD = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl ";

/** The keys of a shortcut, small; nothing while single letters are off. */
export function Pressed({ shortcut }: { shortcut: string }) {
  const keys = useShortcutKeys(shortcut);
  if (keys === null) return null;
  return (
    <span className={styles.key} aria-hidden="true">
      {keys.replace("Mod+", MOD).replace(/.$/, (letter) => letter.toUpperCase())}
    </span>
  );
}
