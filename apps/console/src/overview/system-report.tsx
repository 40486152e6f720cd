import type { ReactNode } from "react";
import type { Overview } from "../api/overview-calls.js";
import { Link } from "../parts/link.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import styles from "./overview.module.css";

const number = (count: number, cap: number): string => `${count.toLocaleString("en")}${count >= cap ? " or more" : ""}`;

/** What the installation says of itself. */
export function SystemReport({ system }: { system: Overview["system"] }) {
  const { waiting_messages, oldest_message_at, dead_letters, webhooks_failing, webhook_deliveries_waiting } = system;
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2>The system</h2>
      </div>
      <ul className={styles.rows}>
        <Report good={waiting_messages < 100} name="Messages in line">
          {number(waiting_messages, 1_000)}
          {oldest_message_at === null ? null : (
            <>
              , oldest <Time at={oldest_message_at} />
            </>
          )}
        </Report>
        <Report good={dead_letters === 0} name="Messages given up">
          {dead_letters === 0 ? "None" : `${number(dead_letters, 1_000)} can be replayed: parley dead-letters`}
        </Report>
        <Report good={webhooks_failing === 0} name="Webhooks">
          {webhooks_failing === 0 ? (
            "None fails"
          ) : (
            <Link to="/settings/webhooks">{number(webhooks_failing, Number.POSITIVE_INFINITY)} failing</Link>
          )}
        </Report>
        <Report good={webhook_deliveries_waiting < 1_000} name="Deliveries in line">
          {number(webhook_deliveries_waiting, 10_000)}
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
