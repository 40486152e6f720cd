import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";

interface EarlierProps {
  state: ChatState;
  /** Gets the focus when the last page was loaded and the button is gone. */
  list: RefObject<HTMLElement | null>;
  onLoad(): void;
}

/** A button for the messages before the first one shown, while there are any; announces how many were loaded. */
export function EarlierMessages({ state, list, onLoad }: EarlierProps) {
  const cursor = state.earlierCursor.value;
  const load = state.earlierLoad.value;
  const hadButton = useRef(false);
  useEffect(() => {
    const lostFocus = cursor === null && hadButton.current && document.activeElement === document.body;
    hadButton.current = cursor !== null;
    if (lostFocus) list.current?.focus({ preventScroll: true });
  }, [cursor, list]);
  return (
    <div class="earlier">
      {cursor !== null && (
        // Not `disabled` while loading: that would take the focus away.
        <button type="button" class="button quiet" aria-disabled={load.type === "loading"} onClick={onLoad}>
          {load.type === "loading" ? t("earlierLoading") : t("earlier")}
        </button>
      )}
      <p role="status" class={load.type === "failed" ? "earlier-failed" : "visually-hidden"}>
        {load.type === "failed" && t("failedAgain")}
        {load.type === "done" && t("earlierShown", { count: load.count })}
      </p>
    </div>
  );
}
