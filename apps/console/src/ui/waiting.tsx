import { useNow } from "./time.js";

const MINUTE_MS = 60_000;

/** How long somebody has waited for a person, in minutes, updating. */
export function Waiting({ since }: { since: string }) {
  const minutes = Math.max(0, Math.floor((useNow() - Date.parse(since)) / MINUTE_MS));
  return <>{minutes === 0 ? "Waiting for a person" : `Waiting for a person, ${inWords(minutes)}`}</>;
}

const inWords = (minutes: number): string =>
  minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60).toLocaleString("en")} h`;
