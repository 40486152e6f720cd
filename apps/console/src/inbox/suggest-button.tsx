import { Sparkles } from "lucide-react";
import { Keys } from "../keys/keys.js";
import { useShortcutKeys } from "../keys/registry.js";
import { Button } from "../ui/button.js";
import styles from "./desk.module.css";

interface Given {
  busy: boolean;
  onAsk(): void;
  onCancel(): void;
}

/** Requests a draft from the agent's model, or cancels the pending request. */
export function SuggestButton({ busy, onAsk, onCancel }: Given) {
  const keys = useShortcutKeys("inbox.suggest");
  if (busy) {
    return (
      <>
        <span className={styles.fine} role="status">
          The agent drafts a reply…
        </span>
        <Button onClick={onCancel}>Cancel</Button>
      </>
    );
  }
  return (
    <Button icon={<Sparkles />} onClick={onAsk}>
      Suggest
      {keys !== null && (
        <span className={styles.key} aria-hidden="true">
          <Keys keys={keys} />
        </span>
      )}
    </Button>
  );
}
