import { useRef } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import { formatter, showsPlain } from "../text/formatter.js";

/** Reads out each finished answer once. The visible conversation is not live: it would be read letter by letter. */
export function LiveRegion({ state, name }: { state: ChatState; name: string }) {
  const due = formatter.value !== null || showsPlain.value;
  return (
    <div class="visually-hidden" role="log" aria-live="polite" aria-relevant="additions" aria-label={name}>
      {due && state.announcements.value.map((item) => <Announcement key={item.key} text={item.text} />)}
    </div>
  );
}

/** Keeps its first wording: a later one would be read out as a new message. */
function Announcement({ text }: { text: string }) {
  const words = useRef(formatter.peek()?.plainText(text) ?? text);
  return <p>{words.current}</p>;
}
