import { useState } from "preact/hooks";
import type { AgentEntry, UserEntry } from "../chat/transcript.js";
import { formatLocale, t } from "../i18n/language.js";
import type { FileSource } from "../net/api.js";
import type { LinkInfo } from "../net/link-info.js";
import { Avatar } from "./avatar.js";
import { copyText } from "./copy-text.js";
import { Countdown } from "./countdown.js";
import { FileList } from "./file-list.js";
import { AlertIcon, CheckIcon, CopyIcon } from "./icon.js";
import { ClockIcon, EditIcon, PeopleIcon, ThumbIcon } from "./icons.js";
import { MarkdownText } from "./markdown-text.js";
import { type RateAnswer, ThumbReasons } from "./thumb-reasons.js";

const COPIED_FOR_MS = 2_000;

interface AgentMessageProps {
  entry: AgentEntry;
  link: LinkInfo;
  /** This part is still growing. */
  writing: boolean;
  /** The agent's activity while its text pauses. */
  status: string | null;
  /** The answer was stopped after this part. */
  stopped: boolean;
  /** Null = the server takes no ratings of answers. */
  onRate: RateAnswer | null;
  /** Asks again; null = this is not an answer that can be asked for again. */
  onAgain: (() => void) | null;
  source: FileSource;
}

export function AgentMessage({ entry, link, writing, status, stopped, onRate, onAgain, source }: AgentMessageProps) {
  const { human } = entry;
  const rated = entry.id !== null && !human ? onRate : null;
  return (
    <li class={`message agent${entry.part > 0 ? " continued" : ""}${human ? " human-said" : ""}`}>
      {human ? (
        <span class="avatar small" aria-hidden="true">
          <PeopleIcon />
        </span>
      ) : (
        <Avatar link={link} size="small" />
      )}
      <div class="content">
        {human ? (
          <span class="speaker">
            <bdi>{human.name ?? t("aPerson")}</bdi>
          </span>
        ) : (
          <span class="visually-hidden">{link.agentName}: </span>
        )}
        <MarkdownText text={entry.text} streaming={writing} />
        <FileList files={entry.files} source={source} />
        <div class="tools">
          <Time value={entry.createdAt} />
          {stopped && <span>{t("stopped")}</span>}
          {status !== null && <span role="status">{status}</span>}
          {entry.partial === null && <CopyButton text={entry.text} />}
          {rated && <Thumbs entry={entry} onRate={rated} />}
          {onAgain && (
            <button type="button" class="link-button" onClick={onAgain}>
              {t("again")}
            </button>
          )}
        </div>
        {rated && entry.rating === "down" && <ThumbReasons entry={entry} onRate={rated} />}
      </div>
    </li>
  );
}

interface UserMessageProps {
  entry: UserEntry;
  online: boolean;
  /** Until when the server asked to wait, by the monotonic clock; null = it did not. */
  heldUntilMs: number | null;
  canSend: boolean;
  onResend(clientId: string): void;
  /** Puts the text back into the message field for editing; null = not for this message. */
  onEdit: (() => void) | null;
  source: FileSource;
}

export function UserMessage({ entry, online, heldUntilMs, canSend, onResend, onEdit, source }: UserMessageProps) {
  const clientId = entry.clientId;
  return (
    <li class={`message own ${entry.delivery}`}>
      <div class="content">
        <span class="visually-hidden">{t("you")}: </span>
        <p class="bubble" dir="auto">
          {entry.text}
        </p>
        <FileList files={entry.files} source={source} />
        <div class="tools">
          <Delivery entry={entry} online={online} heldUntilMs={heldUntilMs} />
          {entry.delivery === "failed" && entry.failure !== "resent" && canSend && clientId && (
            <button type="button" class="link-button" onClick={() => onResend(clientId)}>
              {t("sendAgain")}
            </button>
          )}
          {onEdit && canSend && (
            <button type="button" class="tool" onClick={onEdit}>
              <EditIcon />
              <span>{t("edit")}</span>
            </button>
          )}
          {entry.delivery === "sent" && <Time value={entry.createdAt} />}
        </div>
      </div>
    </li>
  );
}

function Delivery({ entry, online, heldUntilMs }: { entry: UserEntry; online: boolean; heldUntilMs: number | null }) {
  switch (entry.delivery) {
    case "waiting":
      return (
        <span class="delivery">
          <ClockIcon /> {online && heldUntilMs !== null ? <Countdown untilMs={heldUntilMs} /> : t("waiting")}
        </span>
      );
    case "sending":
      return <span class="delivery quiet">{t("sending")}</span>;
    case "failed":
      return (
        <span class="delivery problem">
          <AlertIcon /> {entry.turnId === null ? t("notSent") : t("notAnswered")}
        </span>
      );
    case "sent":
      return null;
  }
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    copyText(text, () => {
      setCopied(true);
      setTimeout(() => setCopied(false), COPIED_FOR_MS);
    });
  };
  return (
    <button type="button" class="tool" onClick={copy} aria-label={copied ? t("copied") : t("copyLabel")}>
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span aria-hidden="true">{copied ? t("copied") : t("copy")}</span>
    </button>
  );
}

/** Two toggles of which at most one is on; pressing the active one removes the rating. */
function Thumbs({ entry, onRate }: { entry: AgentEntry; onRate: RateAnswer }) {
  return (
    <>
      {(["up", "down"] as const).map((thumb) => (
        <button
          key={thumb}
          type="button"
          class={`tool thumb thumb-${thumb}`}
          aria-label={t(thumb)}
          title={t(thumb)}
          aria-pressed={entry.rating === thumb}
          onClick={() => onRate(entry, entry.rating === thumb ? null : thumb)}
        >
          <ThumbIcon />
        </button>
      ))}
    </>
  );
}

function Time({ value }: { value: string | null }) {
  const date = new Date(value ?? "");
  if (Number.isNaN(date.getTime())) return null;
  const time = new Intl.DateTimeFormat(formatLocale(), { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium" });
  const today = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={date.toISOString()}>{today ? time.format(date) : `${day.format(date)}, ${time.format(date)}`}</time>
  );
}
