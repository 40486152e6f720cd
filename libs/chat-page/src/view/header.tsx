import { useRef } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import { NewIcon } from "./icons.js";

interface HeaderProps {
  state: ChatState;
  name: string;
  initial: string;
  onRenew(): void;
}

export function Header({ state, name, initial, onRenew }: HeaderProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const connection = state.ended.value ? "over" : state.connection.value;
  const begun = state.transcript.value.some((entry) => entry.role === "user");
  const confirm = (): void => {
    dialog.current?.close();
    onRenew();
  };
  return (
    <header class="header">
      <div class="header-inner">
        <span class="avatar" aria-hidden="true">
          {initial}
        </span>
        <div class="who">
          <h1 class="name" dir="auto">
            {name}
          </h1>
          <p class={`connection ${connection}`} role="status">
            <span class="dot" aria-hidden="true" />
            {t(connection)}
          </p>
        </div>
        {begun && !state.ended.value && (
          <button
            type="button"
            class="button quiet new"
            disabled={state.renewing.value}
            onClick={() => dialog.current?.showModal()}
          >
            <NewIcon />
            <span class="new-text">{state.renewing.value ? t("starting") : t("newConversation")}</span>
          </button>
        )}
      </div>
      <dialog ref={dialog} class="dialog" aria-labelledby="new-title" aria-describedby="new-explain">
        <h2 id="new-title">{t("newQuestion")}</h2>
        <p id="new-explain">{t("newExplain")}</p>
        <div class="actions">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            {t("cancel")}
          </button>
          <button type="button" class="button primary" onClick={confirm}>
            {t("confirmNew")}
          </button>
        </div>
      </dialog>
    </header>
  );
}
