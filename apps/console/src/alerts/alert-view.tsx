import { randomId } from "@parley/web-kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bell, BellOff, Pencil, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Alert, type AlertFiring, alertCalls } from "../api/alert-calls.js";
import type { Page } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { AlertForm } from "./alert-form.js";
import { amountOf, nameOf, thresholdOf } from "./alert-kinds.js";
import { AlertState } from "./alert-state.js";

interface ViewProps {
  id: string;
  agentName: (id: string | null) => string;
  onGone: () => void;
}

/** One rule: what it watches, who is notified, its actions, and when it fired. */
export function AlertView({ id, agentName, onGone }: ViewProps) {
  const calls = useCalls(alertCalls);
  const query = useQuery({ queryKey: ["alerts", id], queryFn: answered(() => calls.alert(id)), gcTime: 0 });
  return (
    <QueryView query={query}>
      {(alert) => (
        <>
          <Actions alert={alert} onGone={onGone} />
          <Facts alert={alert} agentName={agentName} />
          <History alert={alert} />
        </>
      )}
    </QueryView>
  );
}

function Actions({ alert, onGone }: { alert: Alert; onGone: () => void }) {
  const { id, is_active: isActive } = alert;
  const calls = useCalls(alertCalls);
  const client = useQueryClient();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = (): void => setOpen(null);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ["alerts"] });
  const onError = (error: unknown): void => notify.problem(refusalOf(error).detail);
  const muting = useMutation({
    mutationFn: () => answered(() => calls.updateAlert(id, { is_active: !isActive }))(),
    onSuccess: refresh,
    onError,
  });
  const testing = useMutation({
    mutationFn: () => answered(() => calls.testAlert(id, randomId()))(),
    onSuccess: async () => {
      notify.good("A test is on its way. How it went is under History.");
      await refresh();
    },
    onError,
  });
  return (
    <div className={styles.part}>
      <div className={styles.actions}>
        <Button icon={<Pencil />} onClick={() => setOpen("edit")}>
          Edit
        </Button>
        <Button icon={isActive ? <BellOff /> : <Bell />} busy={muting.isPending} onClick={() => muting.mutate()}>
          {isActive ? "Mute" : "Unmute"}
        </Button>
        <Button icon={<Send />} busy={testing.isPending} onClick={() => testing.mutate()}>
          Test
        </Button>
        <Button look="danger" icon={<Trash2 />} onClick={() => setOpen("delete")}>
          Delete
        </Button>
      </div>
      {open === "edit" ? <AlertForm alert={alert} onClose={close} onSaved={() => undefined} /> : null}
      <ConfirmDialog
        open={open === "delete"}
        onClose={close}
        title={`Delete “${nameOf(alert)}”?`}
        consequences={["Nobody is told any more, from now on.", "Its history goes with it, at once and for good."]}
        {...(isActive
          ? {
              milder: {
                text: "A muted alert notifies nobody and keeps its history. Unmuted, it notifies again.",
                action: "Mute instead",
                run: () => muting.mutateAsync(),
              },
            }
          : {})}
        action="Delete alert"
        run={async () => {
          await answered(() => calls.deleteAlert(id))();
          onGone();
          await refresh();
        }}
      />
    </div>
  );
}

function Facts({ alert, agentName }: { alert: Alert; agentName: (id: string | null) => string }) {
  const { notify: told, tell_recovery: recovery } = alert;
  const targets = [...told.emails, ...told.chat_urls];
  return (
    <dl className={styles.facts}>
      <dt>State</dt>
      <dd>
        <AlertState alert={alert} />
      </dd>
      <dt>Tells</dt>
      <dd>
        {thresholdOf(alert)}
        {recovery ? ", and when it is over" : ""}
      </dd>
      <dt>Of</dt>
      <dd>{alert.link_id === null ? agentName(alert.agent_id) : "One link"}</dd>
      <dt>Told</dt>
      <dd>
        {targets.map((target) => (
          <div key={target}>{target}</div>
        ))}
        Webhooks that listen to <code>alert.fired</code>
      </dd>
    </dl>
  );
}

const EVERY_MS = 2_000;

const SENT: Record<AlertFiring["told"][number]["status"], { tone: Tone; word: string }> = {
  pending: { tone: "accent", word: "On its way" },
  sent: { tone: "good", word: "Arrived" },
  failed: { tone: "problem", word: "Failed" },
  cancelled: { tone: "neutral", word: "Cancelled" },
};

function History({ alert }: { alert: Alert }) {
  const calls = useCalls(alertCalls);
  const query = useQuery<Page<AlertFiring>>({
    queryKey: ["alerts", alert.id, "firings"],
    queryFn: answered(() => calls.firings(alert.id)),
    gcTime: 0,
    // No event reports whether a message arrived.
    refetchInterval: ({ state }) =>
      state.data?.data.some(({ told }) => told.some(({ status }) => status === "pending")) ? EVERY_MS : false,
  });
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>History</h3>
      <QueryView
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={<p className={styles.note}>It has not fired yet. Send a test to check that everybody is reached.</p>}
      >
        {({ data }) => (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Fired</th>
                <th scope="col">Value</th>
                <th scope="col">Over</th>
                <th scope="col">Told</th>
              </tr>
            </thead>
            <tbody>
              {data.map((firing) => (
                <Firing key={firing.id} alert={alert} firing={firing} />
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </section>
  );
}

function Firing({ alert, firing }: { alert: Alert; firing: AlertFiring }) {
  const isTest = firing.cause === "test";
  return (
    <tr>
      <td>
        <Time at={firing.fired_at} />
        {isTest ? <div className={styles.note}>test</div> : null}
      </td>
      <td>
        {firing.value === null ? "–" : amountOf(alert.kind, firing.value)}
        {firing.webhook_id === null ? null : (
          <div>
            <Link to="/settings/webhooks/$id" params={{ id: firing.webhook_id }}>
              Webhook
            </Link>
          </div>
        )}
      </td>
      <td>{isTest ? "–" : firing.recovered_at === null ? "Not yet" : <Time at={firing.recovered_at} />}</td>
      <td>
        {firing.told.length === 0 ? "Nobody" : null}
        {firing.told.map((one) => (
          <div key={`${one.event} ${one.kind} ${one.target}`}>
            <Status tone={SENT[one.status].tone}>{SENT[one.status].word}</Status>{" "}
            <span className={styles.note}>
              {one.kind === "webhook" ? "webhook" : one.target}
              {one.outcome === null ? "" : `: ${one.outcome.replaceAll("_", " ")}`}
            </span>
          </div>
        ))}
      </td>
    </tr>
  );
}
