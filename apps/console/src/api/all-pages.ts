import type { Page } from "./answers.js";
import type { Answer } from "./call.js";

/** Enough to count a young installation exactly; beyond it the console says "more than". */
const MAX_PAGES = 5;

interface Gathered<T> {
  data: T[];
  /** There were more pages than were fetched. */
  more: boolean;
}

/** Reads a list to its end, at most five pages. The first refused page is the answer. */
export async function allPages<T>(page: (cursor?: string) => Promise<Answer<Page<T>>>): Promise<Answer<Gathered<T>>> {
  const data: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const answer = await page(cursor);
    if (answer.type !== "ok") return answer;
    data.push(...answer.value.data);
    if (answer.value.next_cursor === null) return { type: "ok", value: { data, more: false } };
    cursor = answer.value.next_cursor;
  }
  return { type: "ok", value: { data, more: true } };
}
