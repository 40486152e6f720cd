import type { SavedReply } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import { answered } from "../api/query.js";
import { replyCalls } from "../api/reply-calls.js";
import { useCalls } from "../api/use-calls.js";

const NONE: SavedReply[] = [];

/** The saved replies of the team, by their keys. */
export function useSavedReplies(): SavedReply[] {
  const calls = useCalls(replyCalls);
  const query = useQuery({ queryKey: ["saved-replies"], queryFn: answered(() => allPages(calls.savedReplies)) });
  return query.data?.data ?? NONE;
}

const PLACE = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Fills in the placeholders of a saved reply; an unknown one stays, for the operator to fill in. */
export function filled(content: string, values: Readonly<Record<string, unknown>>): string {
  return content.replace(PLACE, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : place;
  });
}

/** The first placeholder left in a text; null = none. */
export function placeLeft(text: string): { from: number; to: number } | null {
  const found = text.search(PLACE);
  return found < 0 ? null : { from: found, to: text.indexOf("}}", found) + 2 };
}

/** The search term: the word after a slash, at the caret. Null = none. */
export function slashAt(text: string, caret: number): { from: number; word: string } | null {
  const found = /(?:^|\s)\/([a-z0-9_-]*)$/i.exec(text.slice(0, caret));
  return found === null ? null : { from: caret - (found[1] ?? "").length - 1, word: (found[1] ?? "").toLowerCase() };
}

/** Replies whose key begins with the word first, then those whose key contains it. */
export function foundBy(word: string, replies: readonly SavedReply[]): SavedReply[] {
  const rank = ({ key, content }: SavedReply): number =>
    key.startsWith(word) ? 0 : key.includes(word) ? 1 : content.toLowerCase().includes(word) ? 2 : 3;
  const ranked = replies.map((reply) => ({ reply, at: rank(reply) })).filter(({ at }) => at < 3);
  return ranked
    .sort((one, other) => one.at - other.at || one.reply.key.localeCompare(other.reply.key))
    .slice(0, 8)
    .map(({ reply }) => reply);
}
