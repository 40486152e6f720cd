import { useQuery } from "@tanstack/react-query";

/** The pattern parser; it is larger than the page. */
export const cronReader = () => import("./cron-words.js");

/** Undefined while it is loading. */
export const useCron = () =>
  useQuery({ queryKey: ["cron-words"], queryFn: cronReader, staleTime: Number.POSITIVE_INFINITY }).data;

/** A pattern as a sentence; unchanged until the parser has loaded. */
export function CronWords({ cron }: { cron: string }) {
  return useCron()?.cronWords(cron) ?? cron;
}
