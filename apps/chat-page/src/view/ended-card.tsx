import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/language.js";
import type { Rating } from "../net/api.js";
import { NewIcon } from "./icons.js";
import { SaveButton } from "./save-button.js";

/** Each end has a title and a body named after it. */
type EndKind =
  | "ended"
  | "owner"
  | "timeout"
  | "expired"
  | "closed"
  | "broken"
  | "lost"
  | "noneLeft"
  | "noneLeftHuman"
  | "full"
  | "usedUp";

/** Ends after which no other conversation can begin, and ends that the server accepts no rating for. */
const LAST: readonly EndKind[] = ["expired", "closed", "full", "usedUp"];
const UNRATED: readonly EndKind[] = ["expired", "closed", "full", "lost"];

interface EndedProps {
  kind: EndKind;
  /** The link has a session left for another conversation. */
  another: boolean;
  renewing: boolean;
  onRenew(): void;
  /** Null = there is nothing to save. */
  onSave: (() => Promise<boolean>) | null;
  /** Null = the server takes no ratings. */
  onRate: ((given: Rating) => Promise<boolean>) | null;
}

/** Says why no more messages can be written, in place of the message field. */
export function EndedCard({ kind, another, renewing, onRenew, onSave, onRate }: EndedProps) {
  const card = useRef<HTMLElement>(null);
  const human = kind === "noneLeftHuman";
  const more = !LAST.includes(kind);
  const nothingMore = human ? "noneMoreHuman" : "noneMore";
  useEffect(() => {
    // The focused field is gone; without this a keyboard user would start over at the top of the page.
    if (document.activeElement === document.body) card.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="ended" id="compose" ref={card} tabIndex={-1} aria-labelledby="ended-title">
      <div>
        <h2 id="ended-title">{t(human ? "noneLeftTitle" : `${kind}Title`)}</h2>
        <p>{t(more && !another ? nothingMore : `${kind}Body`)}</p>
      </div>
      {more && another && (
        <button type="button" class="button primary" disabled={renewing} onClick={onRenew}>
          <NewIcon />
          {renewing ? t("starting") : t("newConversation")}
        </button>
      )}
      {onSave && <SaveButton onSave={onSave} />}
      {onRate && !UNRATED.includes(kind) && <Rated onRate={onRate} />}
    </section>
  );
}

interface RatedProps {
  onRate(given: Rating): Promise<boolean>;
}

/** The rating form, loaded on demand; if it cannot be loaded, nobody is asked. */
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
