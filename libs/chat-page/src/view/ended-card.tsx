import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/language.js";
import type { Rating } from "../net/api.js";
import { NewIcon } from "./icons.js";
import { RatingForm } from "./rating.js";

export type EndKind = "ended" | "timeout" | "lost" | "noneLeft" | "broken" | "closed" | "usedUp";

interface EndedProps {
  kind: EndKind;
  renewing: boolean;
  onRenew(): void;
  /** Null = the server takes no ratings. */
  onRate: ((given: Rating) => Promise<boolean>) | null;
}

/** Says why nothing can be written any more, in the place where one would write. */
export function EndedCard({ kind, renewing, onRenew, onRate }: EndedProps) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    // The field that had the focus is gone; without this a keyboard user would start over at the top of the page.
    if (document.activeElement === document.body) card.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section class="ended" id="compose" ref={card} tabIndex={-1} aria-labelledby="ended-title">
      <div>
        <h2 id="ended-title">{t(`${kind}Title`)}</h2>
        <p>{t(`${kind}Body`)}</p>
      </div>
      {kind !== "closed" && kind !== "usedUp" && (
        <button type="button" class="button primary" disabled={renewing} onClick={onRenew}>
          <NewIcon />
          {renewing ? t("starting") : t("newConversation")}
        </button>
      )}
      {onRate && kind !== "lost" && <RatingForm onRate={onRate} />}
    </section>
  );
}

const KINDS: Readonly<Record<string, EndKind>> = {
  lost: "lost",
  expired: "timeout",
  idle_timeout: "timeout",
  session_expired: "timeout",
  link_revoked: "closed",
  link_deleted: "closed",
  budget_exhausted: "usedUp",
  model_unavailable: "broken",
  model_timeout: "broken",
  internal: "broken",
};

/** Which text fits the reason the server gave. */
export function endKind(reason: string | null): EndKind {
  return (reason !== null && Object.hasOwn(KINDS, reason) ? KINDS[reason] : undefined) ?? "ended";
}
