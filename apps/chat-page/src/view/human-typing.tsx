import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import { Dots } from "./dots.js";
import { PeopleIcon } from "./icons.js";
import { NamedSentence } from "./named-sentence.js";

/** Shows that the human in the conversation is typing, where their message will appear. */
export function HumanTyping({ state }: { state: ChatState }) {
  const human = state.human.value;
  const shown = state.humanTyping.value && human.type === "joined" && !state.ended.value;
  return (
    <div role="status">
      {shown && (
        <p class="thinking human-typing">
          <span class="avatar small" aria-hidden="true">
            <PeopleIcon />
          </span>
          <Dots />
          <span class="thinking-label">
            {human.name === null ? t("typing") : <NamedSentence text="typingAs" name={human.name} />}
          </span>
        </p>
      )}
    </div>
  );
}
