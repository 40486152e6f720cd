import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Answer } from "./call.js";
import type { Problem } from "./problem.js";

/** A refusal as thrown by queries and mutations. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Refused;
    queryMeta: {
      /** Sessions in the result, whose events change it, where the start of the key does not say so. */
      sessionsIn?: (data: never) => readonly string[];
    };
  }
}

/** A call as the function of a query: its value, or the refusal thrown. */
export function answered<T>(call: () => Promise<Answer<T>>): () => Promise<T> {
  return async () => {
    const answer = await call();
    if (answer.type !== "ok") throw new Refused(answer);
    return answer.value;
  };
}

/** A paged list, for rendering: a failed older page does not hide the loaded ones. */
export function pagesOf<T>(query: UseInfiniteQueryResult<T>) {
  const { data, error, refetch, isFetchNextPageError } = query;
  const rest = isFetchNextPageError ? (error?.problem ?? null) : null;
  return { shown: { data, error: rest === null ? error : null, refetch }, problem: rest };
}

/** Throws the refusal of a call, for dialogs that show it. */
export async function unlessRefused(done: Promise<Problem | null>): Promise<void> {
  const problem = await done;
  if (problem !== null) throw new Refused(problem);
}
