import { Fragment, type ReactNode } from "react";
import type { Overview } from "../api/overview-calls.js";
import { Link, type Target } from "../ui/link.js";
import styles from "./overview.module.css";

const dollars = (amount: number): string =>
  amount.toLocaleString("en", { style: "currency", currency: "USD", maximumFractionDigits: 2 });
const people = (count: number): string => count.toLocaleString("en");

/** The current numbers and those of today. */
export function Tiles({ overview }: { overview: Overview }) {
  const { waiting, live, failed_turns_today, access_requests, spend_today, first_token_p95_ms: first } = overview;
  const { access_requests_by } = overview;
  const [first_asked] = access_requests_by;
  const { budget, unpriced_calls } = spend_today;
  const today = { days: `${overview.at.slice(0, 10)}..` };
  return (
    <dl className={styles.tiles}>
      <Tile
        {...{ name: "Waiting for a person", value: people(waiting.count), warns: waiting.count > 0 }}
        link={{ to: "/sessions", search: { status: "waiting" } }}
      >
        {waiting.longest_since === null ? "Nobody waits" : `Longest ${minutes(waiting.longest_since, overview.at)}`}
      </Tile>
      <Tile
        {...{ name: "Live now", value: people(live.sessions) }}
        link={{ to: "/sessions", search: { status: "active" } }}
      >
        {live.with_person === 0 ? "All with agents" : `${people(live.with_person)} with a person`}
      </Tile>
      <Tile
        {...{ name: "Failed messages", value: people(failed_turns_today), warns: failed_turns_today > 0 }}
        link={{ to: "/sessions", search: { failed: "true", ...today } }}
      >
        {failed_turns_today === 0 ? "None today" : "Unanswered today"}
      </Tile>
      <Tile
        {...{ name: "Requests to approve", value: people(access_requests), warns: access_requests > 0 }}
        link={first_asked ? { to: "/agents/$agent/access", params: { agent: first_asked.agent } } : { to: "/agents" }}
      >
        {access_requests === 0
          ? "None"
          : access_requests_by.map(({ agent, name, count }, index) => (
              <Fragment key={agent}>
                {index > 0 && ", "}
                <Link to="/agents/$agent/access" params={{ agent }}>
                  {name}
                </Link>{" "}
                {people(count)}
              </Fragment>
            ))}
      </Tile>
      <Tile
        {...{ name: "Spent today", value: dollars(spend_today.cost), warns: (budget?.exhausted ?? 0) > 0 }}
        link={{ to: "/analytics" }}
      >
        {budget === null
          ? "No link has a budget"
          : `Budgets: ${dollars(budget.cost_used)} of ${dollars(budget.max_cost)}`}
        {unpriced_calls > 0 && `, ${people(unpriced_calls)} calls without a price`}
        {budget !== null && <meter min={0} max={Math.max(budget.max_cost, 0.01)} value={budget.cost_used} />}
      </Tile>
      <Tile
        {...{ name: "First words, p95", value: first === null ? "–" : `${(first / 1_000).toFixed(1)} s` }}
        link={{ to: "/analytics" }}
      >
        {first === null ? "None today" : "Today"}
      </Tile>
    </dl>
  );
}

function minutes(since: string, now: string): string {
  const waited = Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / 60_000));
  return waited < 120 ? `${waited} min` : `${Math.floor(waited / 60)} h`;
}

interface TileProps {
  name: string;
  value: string;
  warns?: boolean;
  link: Target;
  children: ReactNode;
}

function Tile({ name, value, warns = false, link, children }: TileProps) {
  return (
    <div className={styles.tile}>
      <dt>
        <Link {...link}>{name}</Link>
      </dt>
      <dd className={warns ? styles.warns : styles.value}>{value}</dd>
      <dd className={styles.note}>{children}</dd>
    </div>
  );
}
