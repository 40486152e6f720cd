import type { ReactNode } from "react";
import type { Overview } from "../api/overview-calls.js";
import { Link } from "../ui/link.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import styles from "./overview.module.css";
import { isLong, MANY_DELIVERIES } from "./troubled.js";

const number = (count: number, cap: number): string => `${count.toLocaleString("en")}${count >= cap ? " or more" : ""}`;

/** The installation's own health report. */
export function SystemReport({ system }: { system: Overview["system"] }) {
  const { waiting_messages, oldest_message_at, dead_letters, webhooks_failing, webhook_deliveries_waiting } = system;
  const { behind } = system;
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>The system</h2>
      </div>
      <ul className={styles.rows}>
        <Report good={!isLong(system)} name="Messages in line">
          {number(waiting_messages, 1_000)}
          {oldest_message_at === null ? null : (
            <>
              , oldest <Time at={oldest_message_at} />
            </>
          )}
        </Report>
        <Report good={dead_letters === 0} name="Messages given up">
          {dead_letters === 0 ? (
            "None"
          ) : (
            <Link to="/settings/dead-letters">{number(dead_letters, 1_000)} to replay</Link>
          )}
        </Report>
        <Report good={webhooks_failing === 0} name="Webhooks">
          {webhooks_failing === 0 ? (
            "None fails"
          ) : (
            <Link to="/settings/webhooks">{number(webhooks_failing, Number.POSITIVE_INFINITY)} failing</Link>
          )}
        </Report>
        <Report good={webhook_deliveries_waiting < MANY_DELIVERIES} name="Deliveries in line">
          <Link to="/deliveries/webhooks" search={{ status: "pending" }}>
            {number(webhook_deliveries_waiting, 10_000)}
          </Link>
        </Report>
        <Report good={behind.length === 0} name="Versions">
          {behind.length === 0 ? "All of one version" : `Older than the rest: ${behind.join(", ")}`}
        </Report>
      </ul>
    </section>
  );
}

function Report({ good, name, children }: { good: boolean; name: string; children: ReactNode }) {
  return (
    <li className={styles.report}>
      <span>{name}</span>
      <Status tone={good ? "good" : "problem"}>{children}</Status>
    </li>
  );
}
