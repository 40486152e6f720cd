import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import { ClockIcon } from "./icons.js";

const FEW_MESSAGES = 5;
const FEW_MINUTES = 5;
/** Ends further away than this are nobody's concern yet. */
const SHOW_MINUTES = 60;

/** What is left of messages and time: a quiet line that becomes a warning when little is left. */
export function Allowance({ state }: { state: ChatState }) {
  const messages = state.remainingMessages.value;
  const expires = state.expiresAtMs.value;
  const minutes = expires === null ? null : Math.max(0, Math.ceil((expires - state.nowMs.value) / 60_000));
  const fewMessages = messages !== null && messages < FEW_MESSAGES;
  const fewMinutes = minutes !== null && minutes < FEW_MINUTES;
  const showMinutes = minutes !== null && minutes <= SHOW_MINUTES;
  if (messages === null && !showMinutes) return <span />;
  return (
    <span class="allowance">
      {messages !== null && (
        <span class={fewMessages ? "few" : undefined}>{t("messagesLeft", { count: messages })}</span>
      )}
      {messages !== null && showMinutes && <span aria-hidden="true"> · </span>}
      {showMinutes && (
        <span class={fewMinutes ? "few" : undefined}>
          {fewMinutes && <ClockIcon />} {t("minutesLeft", { count: minutes })}
        </span>
      )}
    </span>
  );
}
