import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChatState } from "../chat/chat-state.js";
import type { Conversation } from "../chat/conversation.js";
import type { Drafts } from "../chat/drafts.js";
import { withoutResent, writingKey } from "../chat/transcript.js";
import { statusText, t } from "../i18n/language.js";
import type { FileSource, Rating } from "../net/api.js";
import type { LinkInfo } from "../net/link-info.js";
import type { AttachedFile } from "../net/session-info.js";
import { TimeNotice } from "./allowance.js";
import { Avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { Dots } from "./dots.js";
import { EarlierMessages } from "./earlier-messages.js";
import { EndedCard, endKind } from "./ended-card.js";
import { Header } from "./header.js";
import { HumanNote } from "./human-note.js";
import { HumanTyping } from "./human-typing.js";
import { DownIcon } from "./icons.js";
import { LiveRegion } from "./live-region.js";
import { MarkdownText } from "./markdown-text.js";
import { AgentMessage, UserMessage } from "./message.js";
import { NamedSentence } from "./named-sentence.js";
import { NewConversationDialog } from "./new-conversation-dialog.js";
import { Operator } from "./operator.js";
import { createScrollKeeper } from "./scroll-keeper.js";
import type { RateAnswer } from "./thumb-reasons.js";
import { useAttachments } from "./use-attachments.js";

interface ChatProps {
  state: ChatState;
  link: LinkInfo;
  conversation: Conversation;
  drafts: Drafts;
  /** The visitor passed the entry check or began a new conversation: the focused element is gone, so the message field takes the focus. */
  takesFocus: boolean;
}

export function Chat({ state, link, conversation, drafts, takesFocus }: ChatProps) {
  const scroll = useMemo(createScrollKeeper, []);
  const page = useRef<HTMLDivElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    document.title = link.title ?? link.agentName;
    return page.current ? scroll.attach(page.current) : undefined;
  }, [scroll, link]);
  const renew = (): void => void conversation.renew();
  const send = (text: string, files: AttachedFile[] = []): void => {
    scroll.jump();
    conversation.send(text, files);
  };
  return (
    <div class="chat" ref={page}>
      <a class="skip" href="#compose">
        {t("skip")}
      </a>
      <Header state={state} link={link} onAskNew={() => dialog.current?.showModal()} />
      <main class="conversation">
        {state.earlierCursor.value === null && <Welcome link={link} />}
        <Messages
          state={state}
          link={link}
          onResend={(clientId) => conversation.resend(clientId)}
          onShowEarlier={() => conversation.showEarlier(scroll.still)}
          source={conversation.files}
          onSend={send}
          onRate={link.canRateAnswers ? (...given) => void conversation.rateAnswer(...given) : null}
        />
      </main>
      <NewConversationDialog dialog={dialog} onConfirm={renew} onSave={() => conversation.save()} />
      <LiveRegion state={state} name={link.agentName} />
      <TimeNotice state={state} />
      <footer class="footer">
        {!scroll.following.value && (
          <button type="button" class="button jump" onClick={scroll.jump}>
            <DownIcon />
            {t("newest")}
          </button>
        )}
        <ConnectionNote state={state} />
        {state.unrecognised.value !== null && !state.ended.value && <p class="connection-note">{t("asGuest")}</p>}
        {state.endsWithTab.value && !state.ended.value && <p class="connection-note">{t("endsWithTab")}</p>}
        <HumanNote
          state={state}
          people={link.people}
          choose={(given) => conversation.choose(given)}
          canWrite={state.remainingMessages.value !== 0}
          onAsk={link.canEscalate ? () => void conversation.askHuman() : null}
        />
        <Starters state={state} starters={link.starters} onSend={send} />
        <Foot
          state={state}
          link={link}
          drafts={drafts}
          conversation={conversation}
          takesFocus={takesFocus}
          onSend={send}
        />
      </footer>
    </div>
  );
}

function Welcome({ link }: { link: LinkInfo }) {
  return (
    <div class="welcome">
      <Avatar link={link} size="large" />
      {link.recipientName && (
        <p class="hello">
          <NamedSentence text="hello" name={link.recipientName} />
        </p>
      )}
      <h2 dir="auto">{link.title ?? link.agentName}</h2>
      {link.description && (
        <p class="description" dir="auto">
          {link.description}
        </p>
      )}
      {link.welcome && <MarkdownText text={link.welcome} streaming={false} />}
      <Operator link={link} />
      {link.introduction && (
        <section class="introduction" aria-labelledby="introduction-title">
          <h3 id="introduction-title">
            <NamedSentence text="about" name={link.agentName} />
          </h3>
          <MarkdownText text={link.introduction} streaming={false} />
        </section>
      )}
    </div>
  );
}

interface MessagesProps {
  state: ChatState;
  link: LinkInfo;
  onResend(clientId: string): void;
  onShowEarlier(): void;
  source: FileSource;
  onSend(text: string, files: AttachedFile[]): void;
  onRate: RateAnswer | null;
}

function Messages({ state, link, onResend, onShowEarlier, source, onSend, onRate }: MessagesProps) {
  const section = useRef<HTMLElement>(null);
  const canSend = state.ended.value === null && state.remainingMessages.value !== 0;
  const label = state.thinking.shown.value;
  const writing = writingKey(state.transcript.value);
  const shown = withoutResent(state.transcript.value);
  // A sent message stays: repeating or rewording it is another message, and uses another turn.
  const asked = canSend && !state.awaiting.value ? shown.findLast((entry) => entry.role === "user") : undefined;
  const latest = asked?.delivery === "sent" || asked?.delivery === "failed" ? asked : null;
  const edit = (): void => {
    state.prefill.value = latest?.text ?? null;
  };
  const firstWords = shown.findIndex(({ role }) => role === "user");
  // An agent message before the visitor's first one answers nothing.
  const isGreeting = (index: number): boolean =>
    state.earlierCursor.value === null && (firstWords < 0 || index < firstWords);
  return (
    <section class="talk" aria-label={t("conversation")} ref={section} tabIndex={-1}>
      <EarlierMessages state={state} list={section} onLoad={onShowEarlier} />
      <ol class="messages">
        {shown.map((entry, index, all) =>
          entry.role === "assistant" ? (
            <AgentMessage
              key={entry.key}
              source={source}
              entry={entry}
              link={link}
              writing={entry.key === writing}
              status={entry.key === writing && label !== null ? statusText(label) : null}
              stopped={entry.stopped && all[index + 1]?.turnId !== entry.turnId}
              onRate={isGreeting(index) ? null : onRate}
              onAgain={
                latest && entry.stopped && index === all.length - 1
                  ? () => onSend(latest.text, [...latest.files])
                  : null
              }
            />
          ) : (
            <UserMessage
              key={entry.key}
              entry={entry}
              online={state.online.value}
              heldUntilMs={state.held.value?.untilMs ?? null}
              canSend={canSend}
              onResend={onResend}
              onEdit={entry === latest ? edit : null}
              source={source}
            />
          ),
        )}
      </ol>
      <HumanTyping state={state} />
      {label !== null && writing === null && !state.ended.value && (
        <div class="thinking">
          <Avatar link={link} size="small" />
          <Dots />
          <span class="thinking-label" role="status">
            {statusText(label)}
          </span>
        </div>
      )}
    </section>
  );
}

const NOTE_AFTER_MS = 1_500;

/** Shows offline and interrupted connections; short interruptions are not mentioned. */
function ConnectionNote({ state }: { state: ChatState }) {
  const connection = state.connection.value;
  const disturbed = !state.ended.value && (connection === "offline" || connection === "reconnecting");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!disturbed) return setShown(false);
    const timer = setTimeout(() => setShown(true), connection === "offline" ? 0 : NOTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [disturbed, connection]);
  return (
    <div role="status">
      {shown && disturbed && (
        <p class={`connection-note ${connection}`}>
          {connection === "offline" ? t("offlineNote") : t("reconnectingNote")}
        </p>
      )}
    </div>
  );
}

interface StartersProps {
  state: ChatState;
  starters: readonly string[];
  onSend(text: string): void;
}

function Starters({ state, starters, onSend }: StartersProps) {
  if (hasBegun(state) || starters.length === 0 || state.ended.value) return null;
  return (
    <ul class="starters" aria-label={t("starters")}>
      {starters.map((starter) => (
        <li key={starter}>
          <button type="button" class="starter" dir="auto" onClick={() => onSend(starter)}>
            {starter}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface FootProps {
  state: ChatState;
  link: LinkInfo;
  drafts: Drafts;
  conversation: Conversation;
  takesFocus: boolean;
  onSend(text: string, files: AttachedFile[]): void;
}

/** The message field, or why there is none. */
function Foot({ state, link, drafts, conversation, takesFocus, onSend }: FootProps) {
  const ended = state.ended.value;
  const attachments = useAttachments(link, conversation);
  const card = {
    another: state.another.value !== false,
    renewing: state.renewing.value,
    onRenew: () => void conversation.renew(),
    onSave: hasBegun(state) ? () => conversation.save() : null,
    // A visitor who has sent nothing has no conversation to rate.
    onRate: link.canRate && hasBegun(state) ? (given: Rating) => conversation.rate(given) : null,
  };
  if (ended) return <EndedCard kind={endKind(ended.reason)} {...card} />;
  const again = state.again.value;
  if (again && again !== "coming") return again.card();
  // The last answer is still awaited: a card for a human may come with it.
  if (state.remainingMessages.value === 0 && !state.awaiting.value) {
    const answered = link.canEscalate || state.human.value.type === "asked" || state.human.value.type === "joined";
    return <EndedCard kind={answered ? "noneLeftHuman" : "noneLeft"} {...card} />;
  }
  const stop = link.canStop ? () => conversation.stopAnswer() : null;
  return (
    <Composer
      state={state}
      drafts={drafts}
      maxLength={link.maxMessageLength}
      attachments={attachments}
      takesFocus={takesFocus}
      onWrite={conversation.tellTyping}
      onSend={onSend}
      onStop={stop}
    />
  );
}

/** The visitor has sent a message. */
const hasBegun = (state: ChatState): boolean => state.transcript.value.some((entry) => entry.role === "user");
