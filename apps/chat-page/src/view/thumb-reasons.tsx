import { useState } from "preact/hooks";
import type { AgentEntry } from "../chat/transcript.js";
import { t } from "../i18n/language.js";
import type { Thumb } from "../net/session-info.js";

/** `reason`: what was wrong with the answer. */
export type RateAnswer = (entry: AgentEntry, rating: Thumb | null, reason?: string) => void;

/** What may be wrong with an answer, and how its owner sees it, whatever the language of the page. */
const REASONS = [
  ["reasonWrong", "Incorrect"],
  ["reasonMissed", "Missed the question"],
  ["reasonUnclear", "Hard to understand"],
  ["reasonUnfit", "Inappropriate"],
] as const;

/** Asks why an answer was poor. The thumb counts without a reason. */
export function ThumbReasons({ entry, onRate }: { entry: AgentEntry; onRate: RateAnswer }) {
  const [given, setGiven] = useState<string | null>(null);
  const give = (reason: string): void => {
    setGiven(reason);
    onRate(entry, "down", reason);
  };
  return (
    <fieldset class="reasons">
      <legend>{t("reasonQuestion")}</legend>
      {REASONS.map(([name, reason]) => (
        <button key={name} type="button" class="reason" aria-pressed={given === reason} onClick={() => give(reason)}>
          {t(name)}
        </button>
      ))}
      <span role="status">{given !== null && t("rateThanks")}</span>
    </fieldset>
  );
}
