import { useQuery } from "@tanstack/react-query";

/** What reads patterns; it weighs more than the page. */
export const cronReader = () => import("./cron-words.js");

/** Undefined while it is on its way. */
export const useCron = () =>
  useQuery({ queryKey: ["cron-words"], queryFn: cronReader, staleTime: Number.POSITIVE_INFINITY }).data;

/** A pattern as a sentence; as it is until it can be read. */
export function CronWords({ cron }: { cron: string }) {
  return useCron()?.cronWords(cron) ?? cron;
}
