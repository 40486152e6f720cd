import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered } from "../api/query.js";
import { type DeliveryRecipient, type LinkDelivery, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import trust from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { Skeleton } from "../ui/skeleton.js";
import { ErrorState, NoPermission } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { detailOf, RECIPIENT, stateOf } from "./delivery-words.js";
import { SendAgain } from "./send-again.js";
import styles from "./sending.module.css";

interface Which {
  agent: string;
  link: string;
  id: string;
}

/** The progress of a delivery, and the state of each recipient. It follows the events, so nobody has to reload. */
export function DeliveryView({ agent, link, id }: Which) {
  const calls = useCalls(sendingCalls);
  const query = useQuery({
    queryKey: ["deliveries", link, id],
    queryFn: answered(() => calls.delivery(agent, link, id)),
  });
  return (
    <QueryView query={query}>
      {(delivery) => (
        <div className={styles.stack}>
          <Progress delivery={delivery} />
          {delivery.status === "sending" ? (
            <Cancel {...{ agent, link, delivery }} />
          ) : (
            <SendAgain {...{ agent, link, delivery }} />
          )}
          <Recipients {...{ agent, link, id }} />
        </div>
      )}
    </QueryView>
  );
}

function Progress({ delivery }: { delivery: LinkDelivery }) {
  const { counts, engagement, status } = delivery;
  const { word, tone } = stateOf(delivery);
  const share = (of: number): string => `${counts.recipients === 0 ? 0 : (of / counts.recipients) * 100}%`;
  const numbers = [
    [counts.sent, "sent"],
    [counts.pending, "queued"],
    [counts.failed, "failed"],
    [counts.in_doubt, "not known"],
    [counts.suppressed, "want no more"],
    [counts.limited, "had enough today"],
    [counts.cancelled, "cancelled"],
  ] as const;
  return (
    <section className={styles.stack} aria-label="Progress">
      <div className={styles.counts} role="status">
        <Status tone={tone}>{word}</Status>
        {numbers.map(([count, what]) =>
          count === 0 ? null : (
            <span key={what}>
              {count.toLocaleString()} {what}
            </span>
          ),
        )}
      </div>
      <div className={styles.bar} aria-hidden="true">
        <span style={{ inlineSize: share(counts.sent) }} />
        <span className={styles.bad} style={{ inlineSize: share(counts.failed + counts.in_doubt) }} />
      </div>
      {engagement === null ? null : (
        <p className={styles.note}>
          {engagement.opened === null ? null : `${engagement.opened.toLocaleString()} opened their link, `}
          {engagement.chatted.toLocaleString()} wrote on their link, {engagement.completed.toLocaleString()} finished
          their conversation.
        </p>
      )}
      {status === "sending" ? <p className={styles.note}>You can close this; it continues.</p> : null}
    </section>
  );
}

function Cancel({ agent, link, delivery }: { agent: string; link: string; delivery: LinkDelivery }) {
  const calls = useCalls(sendingCalls);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <Button small onClick={() => setAsking(true)}>
        Stop sending
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Stop sending?"
        consequences={[
          "Who was not written to yet is not any more, from now on.",
          "Messages that went out cannot be called back, and their links go on working.",
        ]}
        action="Stop sending"
        run={async () => {
          await answered(() => calls.cancelDelivery(agent, link, delivery.id))();
          await client.invalidateQueries({ queryKey: ["deliveries"] });
        }}
      />
    </div>
  );
}

const FILTER = [
  { value: "", label: "Everybody" },
  ...Object.entries(RECIPIENT).map(([value, { word }]) => ({ value, label: word })),
];

function Recipients({ agent, link, id }: Which) {
  const calls = useCalls(sendingCalls);
  const [status, setStatus] = useState("");
  const source = useList({
    queryKey: ["deliveries", link, id, "recipients", status],
    page: (cursor) => answered(() => calls.recipients(agent, link, id, status || undefined, cursor))(),
  });
  return (
    <section className={styles.stack} aria-label="Recipients">
      <Select label="Show" hideLabel options={FILTER} value={status} onChange={setStatus} />
      {source.state === "loading" ? (
        <Skeleton />
      ) : source.state === "refused" && source.refusal !== null ? (
        source.refusal.status === 403 ? (
          <NoPermission>Only editors and above can see the recipients.</NoPermission>
        ) : (
          <ErrorState refusal={source.refusal} onRetry={source.retry} />
        )
      ) : source.rows.length === 0 ? (
        <p className={styles.note}>Nobody is in this state.</p>
      ) : (
        <RecipientTable rows={source.rows} />
      )}
      {source.hasMore ? (
        <Button busy={source.loadingMore} onClick={source.loadMore}>
          Show more
        </Button>
      ) : null}
    </section>
  );
}

function RecipientTable({ rows }: { rows: readonly DeliveryRecipient[] }) {
  return (
    <table className={trust.table}>
      <thead>
        <tr>
          <th scope="col">To</th>
          <th scope="col">State</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { word, tone } = RECIPIENT[row.status];
          const detail = detailOf(row);
          return (
            <tr key={row.id}>
              <td>
                {row.name ?? row.address}
                {row.name === null ? null : <div className={styles.note}>{row.address}</div>}
              </td>
              <td>
                <Status tone={tone}>{word}</Status>
                {detail === "" ? null : <div className={styles.note}>{detail}</div>}
                {row.status === "pending" && row.attempts > 0 ? (
                  <div className={styles.note}>
                    Tried {row.attempts.toLocaleString()} times; again <Time at={row.next_attempt_at} />
                  </div>
                ) : null}
              </td>
              <td>
                <Time at={row.sent_at} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
