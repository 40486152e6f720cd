import { notFound } from "@tanstack/react-router";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids are UUIDs, so a mistyped address is rejected without asking the server. */
export function idOrNotFound({ params: { id } }: { params: { id?: string | undefined } }): void {
  if (id !== undefined && !UUID.test(id)) throw notFound();
}

/** Search parameters in the addresses of lists. */
export const SESSION_WORDS = [
  ...([
    "text",
    "status",
    "agent",
    "days",
    "link",
    "person",
    "rating",
    "thumbs",
    "went_badly",
    "failed",
    "review",
  ] as const),
  ...(["escalated", "node", "cost", "sort", "peek"] as const),
];
export const ANALYTICS_WORDS = ["agent", "link", "version", "channel", "days"] as const;
