import type { listedSession } from "@parley/contracts";
import { query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type ListedSession = ReturnType<typeof listedSession.parse>;

/** Filters and order of the list, named as in the API. */
export type SessionQuery = Record<string, string | undefined>;

/** Every row of a hundred thousand sessions is read before the last byte. */
const FILE_MS = 300_000;

export const sessionListCalls = (call: Caller) => ({
  list: (filter: SessionQuery, limit: number, cursor?: string) =>
    call<Page<ListedSession>>(`/sessions${query({ ...filter, limit: String(limit), cursor })}`),
  csv: (filter: SessionQuery) =>
    call<string>(`/sessions${query({ ...filter, format: "csv" })}`, { format: "text", timeoutMs: FILE_MS }),
});
