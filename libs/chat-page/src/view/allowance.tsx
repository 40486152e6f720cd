import { useMemo } from "preact/hooks";
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
  const minutes = minutesLeft(state);
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

/** Says how much time is left twice, when it becomes short and when it becomes very short; the line above changes silently. */
export function TimeNotice({ state }: { state: ChatState }) {
  const minutes = minutesLeft(state);
  const step = minutes === null || minutes > FEW_MINUTES ? "enough" : minutes > 1 ? "short" : "last";
  // Taken once per step: within one, the minutes that pass are not read out.
  const words = useMemo(() => (step === "enough" ? "" : t("minutesLeft", { count: minutes ?? 0 })), [step]);
  return (
    <p class="visually-hidden time-notice" role="status">
      {state.ended.value ? "" : words}
    </p>
  );
}

function minutesLeft(state: ChatState): number | null {
  const expires = state.expiresAtMs.value;
  return expires === null ? null : Math.max(0, Math.ceil((expires - state.nowMs.value) / 60_000));
}
