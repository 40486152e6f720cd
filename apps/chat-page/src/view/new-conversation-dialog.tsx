import type { RefObject } from "preact";
import { t } from "../i18n/language.js";
import { SaveButton } from "./save-button.js";

interface DialogProps {
  dialog: RefObject<HTMLDialogElement | null>;
  onConfirm(): void;
  onSave(): Promise<boolean>;
}

/** Asks before a conversation is ended for a new one; opened by `dialog.current.showModal()`. */
export function NewConversationDialog({ dialog, onConfirm, onSave }: DialogProps) {
  const confirm = (): void => {
    dialog.current?.close();
    onConfirm();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="new-title" aria-describedby="new-explain">
      <h2 id="new-title">{t("newQuestion")}</h2>
      <p id="new-explain">{t("newExplain")}</p>
      <SaveButton onSave={onSave} />
      <div class="actions">
        <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
          {t("cancel")}
        </button>
        <button type="button" class="button primary" onClick={confirm}>
          {t("confirmNew")}
        </button>
      </div>
    </dialog>
  );
}
