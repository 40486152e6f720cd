import type { ChatState } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import type { LinkInfo } from "../net/link-info.js";
import { Avatar } from "./avatar.js";
import { CloseButton } from "./close-button.js";
import { NewIcon } from "./icons.js";

interface HeaderProps {
  state: ChatState;
  link: LinkInfo;
  onAskNew(): void;
}

/** How events arrive, by names that are the same in every language. */
const TRANSPORTS = { websocket: "WebSocket", sse: "SSE", polling: "HTTP" } as const;

export function Header({ state, link, onAskNew }: HeaderProps) {
  const connection = state.ended.value ? "over" : state.connection.value;
  const transport = connection === "online" ? state.transport.value : null;
  const begun = state.transcript.value.some((entry) => entry.role === "user");
  return (
    <header class="header">
      <div class="header-inner">
        <Avatar link={link} />
        <div class="who">
          <h1 class="name">
            <bdi>{link.agentName}</bdi>
          </h1>
          <p
            class={`connection ${connection}`}
            role="status"
            title={transport === null ? undefined : TRANSPORTS[transport]}
          >
            <span class="dot" aria-hidden="true" />
            {t(connection)}
          </p>
        </div>
        {begun && state.another.value === true && !state.ended.value && (
          <button type="button" class="button quiet new" disabled={state.renewing.value} onClick={onAskNew}>
            <NewIcon />
            <span class="new-text">{state.renewing.value ? t("starting") : t("newConversation")}</span>
          </button>
        )}
        <CloseButton state={state} />
      </div>
    </header>
  );
}
