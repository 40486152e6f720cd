import { useState } from "react";
import { DELIVERY_STATUSES, type Delivery } from "../api/answers.js";
import { announce } from "../app/announcement.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { plural } from "../sessions/session-rows.js";
import type { useDeliveries } from "./use-deliveries.js";

const STATUS: Record<Delivery["status"], { word: string; chip: string }> = {
  pending: { word: "Waiting", chip: "warning" },
  delivered: { word: "Delivered", chip: "active" },
  failed: { word: "Failed", chip: "error" },
  cancelled: { word: "Cancelled", chip: "inactive" },
};

/** How an attempt ended, in words; the status of an answer stands beside it. */
const OUTCOMES: Record<string, string> = {
  delivered: "the server took it",
  status: "the server answered with an error",
  timeout: "no answer within the time",
  refused:
    "not sent: the address is private and its network not listed in OUTBOUND_ALLOWED_CIDRS, or the secret cannot be used",
  unreachable: "the server could not be reached",
  too_large: "the answer was too long",
};

interface DeliveryListProps {
  log: ReturnType<typeof useDeliveries>;
  status: Delivery["status"] | "";
  /** A receiver that is off takes nothing again. */
  canSend: boolean;
  onStatus(status: Delivery["status"] | ""): void;
}

/** What was sent to a receiver and how it went. */
export function DeliveryList({ log, status, canSend, onStatus }: DeliveryListProps) {
  return (
    <section className="block" aria-labelledby="deliveries">
      <div className="block-head wrap">
        <h2 id="deliveries">Deliveries</h2>
        <div className="actions">
          <select
            className="input small"
            aria-label="Which deliveries"
            value={status}
            onChange={(event) => onStatus(DELIVERY_STATUSES.find((one) => one === event.currentTarget.value) ?? "")}
          >
            <option value="">All</option>
            {DELIVERY_STATUSES.map((one) => (
              <option key={one} value={one}>
                {STATUS[one].word}
              </option>
            ))}
          </select>
          <button type="button" className="button quiet small" onClick={() => void log.query.refetch()}>
            Refresh
          </button>
        </div>
      </div>
      {log.problem && <ProblemCard problem={log.problem} />}
      <WhenReady query={log.shown}>
        {(deliveries) => (
          <>
            {deliveries.length === 0 && <NoDeliveries status={status} canSend={canSend} />}
            <ul className="rows">
              {deliveries.map((delivery) => (
                <Row key={delivery.id} delivery={delivery} canSend={canSend} onAgain={log.again} />
              ))}
            </ul>
            {log.query.hasNextPage && (
              <p className="more">
                <button type="button" className="button quiet" onClick={() => void log.query.fetchNextPage()}>
                  Show older ones
                </button>
              </p>
            )}
          </>
        )}
      </WhenReady>
    </section>
  );
}

function NoDeliveries({ status, canSend }: { status: Delivery["status"] | ""; canSend: boolean }) {
  if (status !== "") return <p className="note">No delivery is in this state.</p>;
  return (
    <Empty title="Nothing was sent yet">
      <p>
        {canSend
          ? "Send a test to see whether your server takes it, or wait for the first event."
          : "The webhook is off. Switch it on, then send a test."}
      </p>
      <p>Each delivery stays here for 30 days with its attempts and the beginning of the answer.</p>
    </Empty>
  );
}

interface RowProps {
  delivery: Delivery;
  canSend: boolean;
  onAgain(delivery: Delivery): Promise<boolean>;
}

function Row({ delivery, canSend, onAgain }: RowProps) {
  const [busy, setBusy] = useState(false);
  const { word, chip } = STATUS[delivery.status];
  const again = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    if (await onAgain(delivery)) announce(`${delivery.type} is sent again, under the same id.`);
    setBusy(false);
  };
  return (
    <li className="row with-actions">
      <div>
        <div className="row-main">
          <h3 className="row-title mono">{delivery.type}</h3>
          <span className={`chip ${chip}`}>{word}</span>
          {delivery.response_status !== null && <span className="mono">{delivery.response_status}</span>}
        </div>
        <p className="row-facts">
          <Time value={delivery.occurred_at} />
          <span>{plural(delivery.attempts, "attempt")}</span>
          {delivery.response_ms !== null && <span>{delivery.response_ms.toLocaleString("en")} ms</span>}
          {delivery.outcome !== null && delivery.status !== "delivered" && (
            <span>{OUTCOMES[delivery.outcome] ?? delivery.outcome}</span>
          )}
          {delivery.status === "pending" && delivery.attempts > 0 && delivery.next_attempt_at !== null && (
            <span>
              next try <Time value={delivery.next_attempt_at} />
            </span>
          )}
        </p>
        <details className="answer">
          <summary>Details</summary>
          <p className="row-facts">
            <span>
              webhook-id <code>{delivery.event_id}</code>
            </span>
            {delivery.last_attempt_at !== null && (
              <span>
                last attempt <Time value={delivery.last_attempt_at} />
              </span>
            )}
          </p>
          {delivery.response_body ? (
            <pre className="mail-text">{delivery.response_body}</pre>
          ) : (
            <p className="help">{delivery.attempts === 0 ? "No attempt yet." : "The answer had no text."}</p>
          )}
        </details>
      </div>
      {canSend && delivery.status !== "pending" && (
        <div className="actions">
          <button
            type="button"
            className="button quiet small"
            aria-disabled={busy}
            aria-label={`Send again: ${delivery.type}`}
            onClick={() => void again()}
          >
            Send again
          </button>
        </div>
      )}
    </li>
  );
}
