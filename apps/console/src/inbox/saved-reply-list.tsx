import type { SavedReply } from "@parley/contracts";
import { useShortcut } from "../keys/registry.js";
import { cx } from "../ui/cx.js";
import styles from "./desk.module.css";
import type { Slash } from "./use-slash.js";

export const LIST_ID = "saved-replies";
export const optionId = ({ id }: SavedReply): string => `saved-reply-${id}`;
const THEN = { resolve: "then resolve", hand_back: "then hand back", transfer: "then transfer" } as const;

/** The suggestions for a slash in the field; the field keeps the focus. */
export function SavedReplyList({ slash: { found, active, choose } }: { slash: Slash }) {
  if (found.length === 0) return null;
  return (
    <div className={styles.saved} id={LIST_ID} role="listbox" aria-label="Saved replies">
      {found.map((reply, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
        <div
          key={reply.id}
          id={optionId(reply)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={cx(styles.savedOne, index === active && styles.savedActive)}
          // The field must not lose the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(reply)}
        >
          <span className={styles.savedKey}>/{reply.key}</span>
          <span className={styles.savedWords} dir="auto">
            {reply.content}
          </span>
          {reply.action !== null && <span className={styles.fine}>{THEN[reply.action]}</span>}
        </div>
      ))}
    </div>
  );
}

/** The number key of a saved reply. */
export function ReplyKey({ reply, run }: { reply: SavedReply; run(): void }) {
  const label = reply.action === null ? `Insert /${reply.key}` : `Insert /${reply.key}, ${THEN[reply.action]}`;
  useShortcut({ id: `inbox.saved.${reply.digit}`, keys: String(reply.digit), label, scope: "Inbox", run });
  return null;
}
