import type { ChatState } from "../chat/chat-state.js";
import { plainText } from "../text/markdown.js";

/** Reads out each finished answer once. The visible conversation is not live: it would be read letter by letter. */
export function LiveRegion({ state, name }: { state: ChatState; name: string }) {
  return (
    <div class="visually-hidden" role="log" aria-live="polite" aria-relevant="additions" aria-label={name}>
      {state.announcements.value.map((item) => (
        <p key={item.key}>{plainText(item.text)}</p>
      ))}
    </div>
  );
}
