import { Switch } from "../ui/choices.js";
import { Dialog } from "../ui/dialog.js";
import { Keys } from "./keys.js";
import styles from "./keys.module.css";
import { isLetters, setLetters, useLetters, useShortcuts } from "./registry.js";

/** The keyboard shortcuts of this page, opened with `?`. */
export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const shortcuts = useShortcuts();
  const letters = useLetters();
  const scopes = [...new Set(shortcuts.map(({ scope }) => scope))];
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" wide>
      <Switch
        label="Single letters"
        help="Off: only shortcuts with Ctrl or Cmd work. They never work while you write in a field."
        value={letters}
        onChange={setLetters}
      />
      <div className={styles.scopes}>
        {scopes.map((scope) => (
          <section key={scope}>
            <h3 className={styles.heading}>{scope}</h3>
            <ul>
              {shortcuts
                .filter((own) => own.scope === scope)
                .map(({ id, keys, label }) => (
                  <li key={id} className={`${styles.row} ${!letters && isLetters(keys) ? styles.off : ""}`}>
                    {label}
                    <Keys keys={keys} />
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
