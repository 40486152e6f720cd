import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import type { Delivery, Webhook } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import sending from "../sending/sending.module.css";
import { webhookName } from "../settings/webhook-state.js";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { refusalOf } from "../ui/refusal.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { followAttempt } from "./follow-attempt.js";
import { outcomeOf, WEBHOOK_STATES } from "./webhook-delivery-words.js";

/** One delivery: the result of its last attempt, the server's answer, and a button to resend it. */
export function WebhookDeliveryView({ delivery, hook }: { delivery: Delivery; hook: Webhook | null }) {
  const { status, attempts, response_body: body } = delivery;
  const { word, tone } = WEBHOOK_STATES[status];
  return (
    <>
      {hook?.is_active ? <Again delivery={delivery} /> : null}
      <dl className={styles.facts}>
        <dt>State</dt>
        <dd>
          <Status tone={tone}>{word}</Status>
        </dd>
        <dt>To</dt>
        <dd>
          <Link to="/settings/webhooks/$id" params={{ id: delivery.webhook_id }}>
            {hook === null ? "The webhook" : webhookName(hook)}
          </Link>
          {hook !== null && !hook.is_active ? <p className={styles.note}>It is off: nothing is sent to it.</p> : null}
        </dd>
        <dt>Happened</dt>
        <dd>
          <Time at={delivery.occurred_at} />
        </dd>
        <dt>Attempts</dt>
        <dd>
          {attempts.toLocaleString()}
          {delivery.last_attempt_at === null ? null : (
            <>
              , last <Time at={delivery.last_attempt_at} />
            </>
          )}
          {status === "pending" && delivery.next_attempt_at !== null ? (
            <>
              , next <Time at={delivery.next_attempt_at} />
            </>
          ) : null}
        </dd>
        <dt>Answer</dt>
        <dd>
          {outcomeOf(delivery)}
          {delivery.outcome === "refused" ? (
            <p className={styles.note}>
              The address is private and its network not listed in OUTBOUND_ALLOWED_CIDRS, or the secret cannot be used.
            </p>
          ) : null}
        </dd>
        <dt>webhook-id</dt>
        <dd>
          <Mono>{delivery.event_id}</Mono>
        </dd>
      </dl>
      {body === null || body === "" ? null : (
        <section className={styles.part}>
          <h3 className={styles.heading}>What the server said</h3>
          <pre className={sending.message} dir="auto">
            {body}
          </pre>
        </section>
      )}
    </>
  );
}

function Again({ delivery }: { delivery: Delivery }) {
  const calls = useCalls(webhookCalls);
  const client = useQueryClient();
  const sendingAgain = useMutation({
    mutationFn: () => answered(() => calls.redeliver(delivery.id))(),
    onSuccess: () => {
      notify.good("It is sent again, under the same id.");
      void followAttempt(client);
    },
    onError: (error: unknown) => notify.problem(refusalOf(error).detail),
  });
  if (delivery.status === "pending") return null;
  return (
    <div className={styles.part}>
      <div>
        <Button icon={<RotateCcw />} busy={sendingAgain.isPending} onClick={() => sendingAgain.mutate()}>
          Send again
        </Button>
      </div>
    </div>
  );
}
