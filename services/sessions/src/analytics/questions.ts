import { type AnalyticsQuestion, type analyticsRows, type ConnectionCount, securityEventKind } from "@parley/contracts";
import { z } from "zod";
import { mean, type Numbers, quantileMs, share } from "./numbers.js";

type Row<Q extends AnalyticsQuestion> = Omit<z.output<(typeof analyticsRows)[Q]>, "group" | "label">;

interface Question<Q extends AnalyticsQuestion> {
  /** Groups are ranked by the first one. */
  families: readonly string[];
  /** Names are kept separate per agent. */
  perAgent?: true;
  /** A group without numbers gets a row of zeros, so that empty days are shown. */
  whole: boolean;
  rows(numbers: Numbers): Row<Q>[];
}

const byAmount = (amounts: [string, number][]): Record<string, number> =>
  Object.fromEntries(amounts.sort(([a], [b]) => a.localeCompare(b)));

const sumOf = (amounts: readonly [string, number][]): number => amounts.reduce((sum, [, amount]) => sum + amount, 0);

const usage: Question<"usage"> = {
  families: ["usage"],
  whole: true,
  rows(numbers) {
    const of = (name: string): number => numbers.of("usage", name);
    const [sessions, messages, ended, completed] = [of("sessions"), of("messages"), of("ended"), of("completed")];
    return [
      {
        ...{ sessions, verified: of("verified"), messages, ended, completed },
        ...{ abandoned: of("abandoned"), failed: of("error"), completion_rate: share(completed, ended) },
        average_messages: mean(messages, sessions, 1),
        average_duration_seconds: mean(of("seconds"), ended, 1),
      },
    ];
  },
};

const funnel: Question<"funnel"> = {
  families: ["usage", "visits"],
  whole: true,
  rows(numbers) {
    const of = (name: string): number => numbers.of("usage", name);
    const [started, first_message, completed] = [of("sessions"), of("first_message"), of("completed")];
    return [
      {
        opened: sumOf(numbers.under("visits", "opened")),
        ...{ started, verified: of("verified"), first_message, completed },
        first_message_rate: share(first_message, started),
        completion_rate: share(completed, first_message),
      },
    ];
  },
};

const nodes: Question<"nodes"> = {
  families: ["nodes"],
  perAgent: true,
  whole: false,
  rows: (numbers) =>
    numbers
      .everyName("nodes")
      .flatMap((name) => {
        const [agent_id = "", rest = ""] = cut(name, " ");
        const [what, node_id = ""] = cut(rest, "/");
        if (what !== "reached") return [];
        const of = (kind: string): number => numbers.of("nodes", `${agent_id} ${kind}/${node_id}`);
        const [reached, left] = [of("reached"), of("left")];
        return [{ agent_id, node_id, reached, completed: of("completed"), left, drop_off: share(left, reached) }];
      })
      .sort((a, b) => b.reached - a.reached),
};

/** From which node to which. */
const move = z.tuple([z.string(), z.string()]);

const transitions: Question<"transitions"> = {
  families: ["moves"],
  perAgent: true,
  whole: false,
  rows(numbers) {
    const moves = numbers.everyName("moves").map((name) => {
      const [agent_id, nodes] = cut(name, " ");
      const [from_node, to_node] = move.parse(JSON.parse(nodes));
      return { agent_id, from_node, to_node, moves: numbers.of("moves", name) };
    });
    const nodeOf = ({ agent_id, from_node }: (typeof moves)[number]): string => `${agent_id} ${from_node}`;
    const from = new Map<string, number>();
    for (const row of moves) from.set(nodeOf(row), (from.get(nodeOf(row)) ?? 0) + row.moves);
    return moves
      .map((row) => ({ ...row, share: share(row.moves, from.get(nodeOf(row)) ?? 0) }))
      .sort((a, b) => b.moves - a.moves);
  },
};

/** The text before and after the first `mark`. */
function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

const responseTimes: Question<"response-times"> = {
  families: ["times"],
  whole: true,
  rows(numbers) {
    const [total, first] = [numbers.under("times", "total"), numbers.under("times", "first")];
    const failures = numbers.under("times", "failed");
    const [answered, failed] = [sumOf(total), sumOf(failures)];
    return [
      {
        answered,
        first_token_p50_ms: quantileMs(first, 0.5),
        first_token_p95_ms: quantileMs(first, 0.95),
        total_average_ms: mean(numbers.of("times", "total_ms"), answered, 0),
        total_p50_ms: quantileMs(total, 0.5),
        total_p95_ms: quantileMs(total, 0.95),
        ...{ failed, failed_rate: share(failed, answered + failed), failures: byAmount(failures) },
      },
    ];
  },
};

const cost: Question<"cost"> = {
  families: ["cost"],
  whole: false,
  rows: (numbers) =>
    numbers
      .under("cost", "calls")
      .map(([use, calls]) => {
        const [purpose, model] = cut(use, "/");
        const of = (what: string): number => numbers.of("cost", `${what}/${use}`);
        return {
          ...{ purpose, model, calls, input_tokens: of("input"), output_tokens: of("output") },
          ...{ cost: Number(of("cost").toFixed(12)), unpriced_calls: of("unpriced") },
        };
      })
      .sort((a, b) => b.cost - a.cost),
};

const satisfaction: Question<"satisfaction"> = {
  families: ["opinions"],
  whole: true,
  rows(numbers) {
    const of = (name: string): number => numbers.of("opinions", name);
    const rated = [1, 2, 3, 4, 5].map((stars) => of(`rating/${stars}`));
    const ratings = rated.reduce((sum, n) => sum + n, 0);
    const stars = rated.reduce((sum, n, index) => sum + n * (index + 1), 0);
    const [rating_1 = 0, rating_2 = 0, rating_3 = 0, rating_4 = 0, rating_5 = 0] = rated;
    return [
      {
        ...{ ratings, average_rating: mean(stars, ratings, 2), rating_1, rating_2, rating_3, rating_4, rating_5 },
        ...{ thumbs_up: of("up"), thumbs_down: of("down"), sentiment_positive: of("sentiment/positive") },
        ...{ sentiment_neutral: of("sentiment/neutral"), sentiment_negative: of("sentiment/negative") },
      },
    ];
  },
};

const countries: Question<"countries"> = {
  families: ["visits"],
  whole: false,
  rows(numbers) {
    const opened = new Map(numbers.under("visits", "opened"));
    const sessions = new Map(numbers.under("visits", "sessions"));
    const rows = [...new Set([...opened.keys(), ...sessions.keys()])].map((country) => ({
      country: country === "" ? null : country,
      ...{ opened: opened.get(country) ?? 0, sessions: sessions.get(country) ?? 0 },
    }));
    return rows.sort((a, b) => b.opened + b.sessions - a.opened - a.sessions);
  },
};

const security: Question<"security"> = {
  families: ["security"],
  whole: false,
  rows: (numbers) =>
    securityEventKind.options.flatMap((kind) => {
      const count = numbers.of("security", kind);
      return count === 0 ? [] : [{ kind, count }];
    }),
};

const escalations: Question<"escalations"> = {
  families: ["usage", "humans"],
  whole: true,
  rows(numbers) {
    const of = (name: string): number => numbers.of("humans", name);
    const waits = numbers.under("humans", "wait");
    const [taken, sessions, escalated_sessions] = [sumOf(waits), numbers.of("usage", "sessions"), of("sessions")];
    const seconds = (ms: number | null): number | null => (ms === null ? null : Number((ms / 1_000).toFixed(1)));
    return [
      {
        ...{ sessions, escalated_sessions, escalation_rate: share(escalated_sessions, sessions) },
        ...{ escalations: of("escalations"), taken },
        wait_average_seconds: seconds(mean(of("wait_ms"), taken, 0)),
        wait_p50_seconds: seconds(quantileMs(waits, 0.5)),
        wait_p95_seconds: seconds(quantileMs(waits, 0.95)),
        sources: byAmount(numbers.under("humans", "source")),
        outcomes: byAmount(numbers.under("humans", "outcome")),
      },
    ];
  },
};

const connections: Question<"connections"> = {
  families: ["connections"],
  whole: true,
  rows(numbers) {
    const of = (name: ConnectionCount): number => numbers.of("connections", name);
    const [opened, refused, resumed] = [of("opened"), of("refused"), of("resumed")];
    return [
      {
        ...{ opened, refused, success_rate: share(opened, opened + refused) },
        ...{ resumed, resumed_rate: share(resumed, opened) },
        ...{ average_seconds: mean(of("seconds"), of("closed"), 1), polls: of("polls") },
      },
    ];
  },
};

/** How each question is computed from sums. */
export const QUESTIONS: { [Q in AnalyticsQuestion]: Question<Q> } = {
  ...{
    usage,
    funnel,
    nodes,
    transitions,
    "response-times": responseTimes,
    cost,
    satisfaction,
    countries,
    security,
    escalations,
    connections,
  },
};
