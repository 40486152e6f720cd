import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/language.js";

/** Whole seconds until a time of the monotonic clock, at least one. */
export const secondsTo = (untilMs: number): number => Math.max(1, Math.ceil((untilMs - performance.now()) / 1000));

/** The remaining wait of a message, second by second. Not in a live region: nobody wants to hear each of them. */
export function Countdown({ untilMs }: { untilMs: number }) {
  const [count, setCount] = useState(() => secondsTo(untilMs));
  useEffect(() => {
    const timer = setInterval(() => setCount(secondsTo(untilMs)), 250);
    return () => clearInterval(timer);
  }, [untilMs]);
  return <>{t("heldFor", { count })}</>;
}
