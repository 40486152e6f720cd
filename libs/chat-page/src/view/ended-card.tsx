import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TextName } from "../i18n/en.js";
import { t } from "../i18n/language.js";
import type { Rating } from "../net/api.js";
import { NewIcon } from "./icons.js";

export type EndKind = keyof typeof WORDS;

/** The words of each end. `again`: another conversation can begin; `rated`: the server still takes what the visitor thinks. */
const WORDS = {
  ended: { title: "endedTitle", body: "endedBody", again: true, rated: true },
  owner: { title: "ownerTitle", body: "ownerBody", again: true, rated: true },
  timeout: { title: "timeoutTitle", body: "timeoutBody", again: true, rated: true },
  expired: { title: "expiredTitle", body: "expiredTalkBody", again: false, rated: false },
  closed: { title: "closedTitle", body: "closedBody", again: false, rated: false },
  broken: { title: "brokenTitle", body: "brokenBody", again: true, rated: true },
  lost: { title: "lostTitle", body: "lostBody", again: true, rated: false },
  noneLeft: { title: "noneLeftTitle", body: "noneLeftBody", again: true, rated: true },
  noneLeftHuman: { title: "noneLeftTitle", body: "noneLeftHumanBody", again: true, rated: true },
  full: { title: "fullTitle", body: "fullBody", again: false, rated: false },
  usedUp: { title: "usedUpTitle", body: "usedUpBody", again: false, rated: true },
} as const satisfies Readonly<Record<string, { title: TextName; body: TextName; again: boolean; rated: boolean }>>;

interface EndedProps {
  kind: EndKind;
  /** The link has a session left for another conversation. */
  another: boolean;
  renewing: boolean;
  onRenew(): void;
  /** Null = the server takes no ratings. */
  onRate: ((given: Rating) => Promise<boolean>) | null;
}

/** Says why nothing can be written any more, in the place where one would write. */
export function EndedCard({ kind, another, renewing, onRenew, onRate }: EndedProps) {
  const card = useRef<HTMLElement>(null);
  const words = WORDS[kind];
  const nothingMore = kind === "noneLeftHuman" ? "noneMoreHuman" : "noneMore";
  useEffect(() => {
    // The field that had the focus is gone; without this a keyboard user would start over at the top of the page.
    if (document.activeElement === document.body) card.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="ended" id="compose" ref={card} tabIndex={-1} aria-labelledby="ended-title">
      <div>
        <h2 id="ended-title">{t(words.title)}</h2>
        <p>{t(words.again && !another ? nothingMore : words.body)}</p>
      </div>
      {words.again && another && (
        <button type="button" class="button primary" disabled={renewing} onClick={onRenew}>
          <NewIcon />
          {renewing ? t("starting") : t("newConversation")}
        </button>
      )}
      {onRate && words.rated && <Rated onRate={onRate} />}
    </section>
  );
}

interface RatedProps {
  onRate(given: Rating): Promise<boolean>;
}

/** The form is fetched when there is something to rate; where it cannot be had, nobody is asked. */
function Rated({ onRate }: RatedProps) {
  const [form, setForm] = useState<{ Form: FunctionComponent<RatedProps> } | null>(null);
  useEffect(() => {
    void import("./rating.js").then(
      ({ RatingForm }) => setForm({ Form: RatingForm }),
      () => undefined,
    );
  }, []);
  return form && <form.Form onRate={onRate} />;
}

const KINDS: Readonly<Record<string, EndKind>> = {
  lost: "lost",
  expired: "expired",
  link_expired: "expired",
  idle_timeout: "timeout",
  session_expired: "timeout",
  link_revoked: "closed",
  link_deleted: "closed",
  agent_deleted: "closed",
  owner: "owner",
  client: "owner",
  budget_exhausted: "usedUp",
  sessions_exhausted: "full",
  model_unavailable: "broken",
  model_timeout: "broken",
  internal: "broken",
};

/** Which text fits the reason the server gave. */
export function endKind(reason: string | null): EndKind {
  return (reason !== null && Object.hasOwn(KINDS, reason) ? KINDS[reason] : undefined) ?? "ended";
}
