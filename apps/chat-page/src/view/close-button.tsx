import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import { CloseIcon } from "./icons.js";

/** In a panel, the way back to the host page: on a small screen there is no other. */
export function CloseButton({ state }: { state: ChatState }) {
  const panel = state.panel.value;
  if (!panel) return null;
  return (
    <button
      type="button"
      class="panel-close"
      aria-label={t("closePanel")}
      title={t("closePanel")}
      onClick={panel.close}
    >
      <CloseIcon />
    </button>
  );
}
