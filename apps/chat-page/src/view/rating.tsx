import { useState } from "preact/hooks";
import { t } from "../i18n/language.js";
import type { Rating } from "../net/api.js";
import { Icon } from "./icon.js";

const SCALE = [1, 2, 3, 4, 5] as const;
const MAX_COMMENT = 1000;

const MOUTH_Y = 12.6;

type Phase = "open" | "sending" | "failed" | "sent";

/** Asks how the conversation was. Five radio buttons: one group for the keyboard, and each choice says its meaning. */
export function RatingForm({ onRate }: { onRate(given: Rating): Promise<boolean> }) {
  const [rating, setRating] = useState<number | null>(null);
  const [comment, setComment] = useState("");
  const [phase, setPhase] = useState<Phase>("open");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (rating === null || phase === "sending") return;
    setPhase("sending");
    void onRate({ rating, text: comment.trim() }).then((taken) => setPhase(taken ? "sent" : "failed"));
  };
  return (
    <form class="rating" onSubmit={submit}>
      {phase !== "sent" && (
        <fieldset>
          <legend>{t("rateQuestion")}</legend>
          <div class="scale">
            {SCALE.map((value) => (
              <label key={value} class="grade">
                <input type="radio" name="rating" checked={rating === value} onChange={() => setRating(value)} />
                <Icon>
                  <circle cx="10" cy="10" r="7.5" />
                  <path d={`M7.4 8v.4M12.6 8v.4M6.8 ${MOUTH_Y}q3.2 ${(value - 3) * 1.4} 6.4 0`} />
                </Icon>
                <span>{t(`rate${value}`)}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      {phase !== "sent" && rating !== null && (
        <>
          <label class="comment">
            <span>{t("rateComment")}</span>
            <textarea
              rows={2}
              dir={comment === "" ? undefined : "auto"}
              maxLength={MAX_COMMENT}
              value={comment}
              onInput={(event) => setComment(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="button quiet" aria-disabled={phase === "sending"}>
            {phase === "sending" ? t("sending") : t("rateSend")}
          </button>
        </>
      )}
      <p role="status">
        {phase === "failed" && t("failedAgain")}
        {phase === "sent" && t("rateThanks")}
      </p>
    </form>
  );
}
