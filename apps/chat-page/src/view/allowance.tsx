import { useMemo } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import type { SessionTime } from "../chat/session-time.js";
import { t } from "../i18n/language.js";
import { ClockIcon } from "./icons.js";

const FEW_MESSAGES = 5;
const FEW_MINUTES = 5;
/** Ends further away than this are not shown yet. */
const SHOW_MINUTES = 60;
/** The end of an idle conversation moves with each exchange: it is shown only when it is near. */
const QUIET_MINUTES = 2;

/** The nearest end, when it is near enough to show. `quiet`: a message postpones it. */
interface TimeLeft {
  minutes: number;
  quiet: boolean;
}

/** The messages and time left: a quiet line that becomes a warning when little is left. */
export function Allowance({ state }: { state: ChatState }) {
  const messages = state.remainingMessages.value;
  const left = timeLeft(state.time);
  const fewMessages = messages !== null && messages < FEW_MESSAGES;
  const fewMinutes = left !== null && (left.quiet || left.minutes < FEW_MINUTES);
  if (messages === null && left === null) return <span />;
  return (
    <span class="allowance">
      {messages !== null && (
        <span class={fewMessages ? "few" : undefined}>{t("messagesLeft", { count: messages })}</span>
      )}
      {messages !== null && left !== null && <span aria-hidden="true"> · </span>}
      {left !== null && (
        <span class={fewMinutes ? "few" : undefined}>
          {fewMinutes && <ClockIcon />} {wordsOf(left)}
        </span>
      )}
    </span>
  );
}

/** Announces the time left twice, when it becomes short and when it becomes very short; the line above changes silently. */
export function TimeNotice({ state }: { state: ChatState }) {
  const left = timeLeft(state.time);
  const step =
    left === null || left.minutes > FEW_MINUTES ? "enough" : `${left.quiet} ${left.minutes > 1 ? "short" : "last"}`;
  // Computed once per step: within one, the passing minutes are not read out.
  const words = useMemo(() => (left === null || step === "enough" ? "" : wordsOf(left)), [step]);
  return (
    <p class="visually-hidden time-notice" role="status">
      {state.ended.value ? "" : words}
    </p>
  );
}

const wordsOf = ({ minutes, quiet }: TimeLeft): string => t(quiet ? "quietLeft" : "minutesLeft", { count: minutes });

function timeLeft({ expiresAtMs, quietEndsAtMs, quietMs, nowMs }: SessionTime): TimeLeft | null {
  const minutesTo = (endMs: number): number => Math.max(0, Math.ceil((endMs - nowMs.value) / 60_000));
  const [expires, quietEnds] = [expiresAtMs.value, quietEndsAtMs.value];
  const quietMinutes = quietEnds === null ? null : minutesTo(quietEnds);
  // A very short idle time would otherwise be spent mostly under the warning.
  const near = quietEnds !== null && quietEnds - nowMs.value <= (quietMs.value ?? 0) / 2;
  if (quietMinutes !== null && quietMinutes <= QUIET_MINUTES && near && (quietEnds ?? 0) < (expires ?? Infinity))
    return { minutes: quietMinutes, quiet: true };
  const minutes = expires === null ? null : minutesTo(expires);
  return minutes === null || minutes > SHOW_MINUTES ? null : { minutes, quiet: false };
}
