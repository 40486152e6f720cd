import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Screen } from "../chat/chat-state.js";
import { t } from "../i18n/language.js";
import { ClockIcon, CloudOffIcon, LinkOffIcon, LockIcon, PeopleIcon } from "./icons.js";

interface NoticeProps {
  icon: ComponentChildren;
  title: string;
  body: string;
  children?: ComponentChildren;
}

/** A whole page that says one thing. The heading takes the focus, so that a screen reader starts with it. */
function Notice({ icon, title, body, children }: NoticeProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <main class="notice">
      <div class="notice-icon">{icon}</div>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p>{body}</p>
      {children}
    </main>
  );
}

export function Loading() {
  return (
    <main class="notice" aria-busy="true">
      <div class="loading" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <div role="status">
        <h1 class="loading-text">{t("loading")}</h1>
      </div>
    </main>
  );
}

interface ScreenNoticeProps {
  screen: Exclude<Screen, { type: "chat" | "loading" | "entry" }>;
  online: boolean;
  onRetry(): void;
}

/** The states in which there is no chat to show. */
export function ScreenNotice({ screen, online, onRetry }: ScreenNoticeProps) {
  switch (screen.type) {
    case "invalid":
      return <Notice icon={<LinkOffIcon />} title={t("invalidTitle")} body={t("invalidBody")} />;
    case "expired":
      return <Notice icon={<ClockIcon />} title={t("expiredTitle")} body={t("expiredLinkBody")} />;
    case "full":
      return <Notice icon={<PeopleIcon />} title={t("fullTitle")} body={t("fullBody")} />;
    case "usedUp":
      return <Notice icon={<ClockIcon />} title={t("usedUpTitle")} body={t("usedUpBody")} />;
    case "wrongPlace":
      return (
        <Notice icon={<LockIcon />} title={t("wrongPlaceTitle")} body={t("wrongPlaceBody")}>
          <RetryButton onRetry={onRetry} />
        </Notice>
      );
    case "busy":
      return (
        <Notice icon={<PeopleIcon />} title={t("busyTitle")} body={t("busyBody")}>
          <RetryButton onRetry={onRetry} />
        </Notice>
      );
    case "unavailable":
      return (
        <Notice icon={<ClockIcon />} title={t("unavailableTitle")} body={t("unavailableBody")}>
          <RetryButton onRetry={onRetry} />
        </Notice>
      );
    case "trouble":
      return (
        <Notice
          icon={<CloudOffIcon />}
          title={online ? t("troubleTitle") : t("offlineTitle")}
          body={online ? t("troubleBody") : t("offlineBody")}
        >
          <RetryButton onRetry={onRetry} />
          {screen.requestId && <p class="reference">{t("reference", { id: screen.requestId })}</p>}
        </Notice>
      );
  }
}

function RetryButton({ onRetry }: { onRetry(): void }) {
  return (
    <button type="button" class="button primary" onClick={onRetry}>
      {t("tryAgain")}
    </button>
  );
}
