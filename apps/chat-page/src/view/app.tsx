import { useRef } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import type { Conversation } from "../chat/conversation.js";
import type { Drafts } from "../chat/drafts.js";
import { languageDue } from "../i18n/language.js";
import { parseLinkInfo } from "../net/link-info.js";
import { formatter, isAllPlain, showsPlain } from "../text/formatter.js";
import { Chat } from "./chat.js";
import { CloseButton } from "./close-button.js";
import { Loading, ScreenNotice } from "./notice.js";

interface AppProps {
  state: ChatState;
  conversation: Conversation;
  drafts: Drafts;
}

const NAMELESS = parseLinkInfo(null);

export function App(props: AppProps) {
  const { state } = props;
  const bare = state.screen.value.type !== "chat" || languageDue.value;
  return (
    <>
      {bare && state.panel.value && (
        <div class="panel-bar">
          <CloseButton state={state} />
        </div>
      )}
      <Screen {...props} />
    </>
  );
}

function Screen({ state, conversation, drafts }: AppProps) {
  const screen = state.screen.value;
  const acted = useRef(false);
  if (screen.type === "entry" || state.renewing.value) acted.current = true;
  const seen = useRef(false);
  const unformed = !seen.current && formatter.value === null && !showsPlain.value && !isAllPlain(state);
  if (screen.type === "loading" || languageDue.value || (screen.type === "chat" && unformed)) return <Loading />;
  if (screen.type === "chat") {
    seen.current = true;
    const link = state.link.value ?? NAMELESS;
    return <Chat state={state} link={link} conversation={conversation} drafts={drafts} takesFocus={acted.current} />;
  }
  if (screen.type === "entry") return screen.entry.page();
  return <ScreenNotice screen={screen} online={state.online.value} onRetry={() => conversation.wake()} />;
}
