import type { ComponentProps } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import type { WaitingChoice } from "../net/api.js";
import type { People } from "../net/link-info.js";
import { PeopleIcon } from "./icons.js";
import { NamedSentence } from "./named-sentence.js";

interface HumanNoteProps {
  state: ChatState;
  people: People | null;
  choose(given: WaitingChoice): Promise<boolean>;
  /** The visitor has messages left. A request for a human costs none: a human may still read and answer. */
  canWrite: boolean;
  /** Null = the server takes no requests for a human. */
  onAsk: (() => void) | null;
}

/** The request for a human, that it is pending, and that the human has joined. */
export function HumanNote({ state, people, choose, canWrite, onAsk }: HumanNoteProps) {
  const human = state.human.value;
  const begun = state.transcript.value.some((entry) => entry.role === "user");
  const over = state.ended.value !== null;
  const asks = onAsk && begun && !over && (human.type === "none" || human.type === "failed" || human.type === "asking");
  return (
    <div class="human">
      <div role="status">{!over && <HumanWords human={human} canWrite={canWrite} />}</div>
      {!over && human.type === "asked" && people && <Waiting people={people} wish={human} choose={choose} />}
      {asks && (
        <button
          type="button"
          class="ask-human"
          disabled={human.type === "asking" || !state.online.value}
          onClick={() => {
            onAsk();
            // This button disappears with the answer, and the focus would go with it; on touch the keyboard would open.
            if (matchMedia("(pointer: fine)").matches)
              document.getElementById("compose")?.focus({ preventScroll: true });
          }}
        >
          {t("askHuman")}
        </button>
      )}
    </div>
  );
}

type WaitingProps = ComponentProps<typeof import("../waiting/waiting.js").WaitingPanel>;

/** How long it takes and what else can be done; its code is loaded when somebody waits. */
function Waiting(props: WaitingProps) {
  const [code, setCode] = useState<typeof import("../waiting/waiting.js") | null>(null);
  useEffect(() => {
    // If it cannot be loaded, the request is still open.
    void import("../waiting/waiting.js").then(setCode, () => undefined);
  }, []);
  return code && <code.WaitingPanel {...props} />;
}

function HumanWords({ human, canWrite }: { human: ChatState["human"]["value"]; canWrite: boolean }) {
  switch (human.type) {
    case "asked":
      return <p class="human-note">{t(canWrite ? "humanAsked" : "humanAskedHere")}</p>;
    case "failed":
      return <p class="human-note">{t("failedAgain")}</p>;
    case "joined":
      return (
        <p class="human-note joined">
          <PeopleIcon />
          <span>
            {human.name === null ? t("humanJoined") : <NamedSentence text="humanJoinedAs" name={human.name} />}
          </span>
        </p>
      );
    default:
      return null;
  }
}
