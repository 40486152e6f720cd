import type { AnalyticsBy, AnalyticsQuestion, analyticsRows, UsageForecast, visitorComment } from "@parley/contracts";
import { query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type { AnalyticsBy, AnalyticsQuestion, UsageForecast };

type Numbers<Q extends AnalyticsQuestion> = ReturnType<(typeof analyticsRows)[Q]["parse"]>;
export type Comment = ReturnType<typeof visitorComment.parse>;

export interface Answered<Q extends AnalyticsQuestion> {
  from: string;
  to: string;
  truncated: boolean;
  data: Numbers<Q>[];
}

/** The sessions that the numbers cover, named as in the API. */
export type About = Record<"agent" | "link_id" | "version" | "channel" | "days", string | undefined>;

export const analyticsCalls = (call: Caller) => ({
  ask: <Q extends AnalyticsQuestion>(question: Q, by: AnalyticsBy, about: About) =>
    call<Answered<Q>>(`/analytics/${question}${query({ ...about, by })}`),
  forecast: ({ days: _, ...about }: About) =>
    call<UsageForecast>(`/analytics/forecast${query({ ...about, days: "14" })}`),
  comments: ({ agent, link_id }: About, cursor?: string) =>
    call<Page<Comment>>(`/analytics/comments${query({ agent, link_id, limit: "20", cursor })}`),
});
