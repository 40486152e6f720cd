import type { demoWeek, Overview } from "@parley/contracts";
import { query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";
import type { ListedSession } from "./session-list-calls.js";

export type { Overview };
export type DemoWeek = ReturnType<typeof demoWeek.parse>;

export const overviewCalls = (call: Caller) => ({
  overview: () => call<Overview>("/overview"),
  latest: (limit: number, state?: string) =>
    call<Page<ListedSession>>(`/sessions${query({ limit: String(limit), state })}`),
  demoWeek: () => call<DemoWeek>("/demo-week"),
  removeDemoWeek: () => call<{ sessions: number }>("/demo-week", { method: "DELETE" }),
});
