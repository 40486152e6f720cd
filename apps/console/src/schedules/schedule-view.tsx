import { randomId } from "@parley/web-kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pause, Pencil, Play, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import type { Page } from "../api/answers.js";
import { answered } from "../api/query.js";
import { type Schedule, type ScheduleRun, scheduleCalls } from "../api/schedule-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { CHANNELS } from "./schedule-body.js";
import { ScheduleForm } from "./schedule-form.js";
import { CronWords } from "./use-cron.js";
import { zoneTime } from "./zone-time.js";

const RUNS: Record<ScheduleRun["status"], { tone: Tone; word: string }> = {
  pending: { tone: "accent", word: "On its way" },
  done: { tone: "good", word: "Sent" },
  failed: { tone: "problem", word: "Failed" },
  missed: { tone: "warn", word: "Missed" },
};

const EVERY_MS = 1_000;

interface ViewProps {
  id: string;
  agentName: (id: string) => string;
  onGone: () => void;
}

/** One schedule: times, recipients, runs, and actions. */
export function ScheduleView({ id, agentName, onGone }: ViewProps) {
  const calls = useCalls(scheduleCalls);
  const query = useQuery({ queryKey: ["schedule", id], queryFn: answered(() => calls.schedule(id)), gcTime: 0 });
  return (
    <QueryView query={query}>
      {(schedule) => (
        <>
          <Actions schedule={schedule} onGone={onGone} />
          <Facts schedule={schedule} agentName={agentName} />
          <Runs id={id} timezone={schedule.timezone} />
        </>
      )}
    </QueryView>
  );
}

function Actions({ schedule, onGone }: { schedule: Schedule; onGone: () => void }) {
  const { id, name, paused } = schedule;
  const calls = useCalls(scheduleCalls);
  const client = useQueryClient();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = (): void => setOpen(null);
  const refresh = async (): Promise<void> => {
    for (const noun of ["schedules", "schedule"]) await client.invalidateQueries({ queryKey: [noun] });
  };
  const onError = (error: unknown): void => notify.problem(refusalOf(error).detail);
  const pausing = useMutation({
    mutationFn: () => answered(() => calls.pauseSchedule(id, !paused))(),
    onSuccess: refresh,
    onError,
  });
  const running = useMutation({
    mutationFn: () => answered(() => calls.runSchedule(id, randomId()))(),
    onSuccess: async () => {
      notify.good("It runs now. What comes of it is under Runs.");
      await refresh();
    },
    onError,
  });
  return (
    <div className={styles.part}>
      <div className={styles.actions}>
        <Button icon={<Zap />} busy={running.isPending} onClick={() => running.mutate()}>
          Run now
        </Button>
        <Button icon={paused ? <Play /> : <Pause />} busy={pausing.isPending} onClick={() => pausing.mutate()}>
          {paused ? "Resume" : "Pause"}
        </Button>
        <Button icon={<Pencil />} onClick={() => setOpen("edit")}>
          Edit
        </Button>
        <Button look="danger" icon={<Trash2 />} onClick={() => setOpen("delete")}>
          Delete
        </Button>
      </div>
      {open === "edit" ? <ScheduleForm schedule={schedule} onClose={close} onSaved={() => undefined} /> : null}
      <ConfirmDialog
        open={open === "delete"}
        onClose={close}
        title={`Delete ${name ?? "this schedule"}?`}
        consequences={[
          "No further link is sent, from now on.",
          "The list of its runs goes; links and deliveries stay.",
        ]}
        {...(paused
          ? {}
          : {
              milder: {
                text: "A paused schedule sends nothing and can be resumed later.",
                action: "Pause",
                run: () => pausing.mutateAsync(),
              },
            })}
        action="Delete schedule"
        run={async () => {
          await answered(() => calls.deleteSchedule(id))();
          onGone();
          await client.invalidateQueries({ queryKey: ["schedules"] });
        }}
      />
    </div>
  );
}

function Facts({ schedule, agentName }: { schedule: Schedule; agentName: (id: string) => string }) {
  const { cron, timezone, paused, next_runs: next, parameters } = schedule;
  const channel = CHANNELS.find(({ value }) => value === parameters.channel)?.label ?? "–";
  return (
    <dl className={styles.facts}>
      <dt>State</dt>
      <dd>
        <Status tone={paused ? "warn" : "good"}>{paused ? "Paused" : "Active"}</Status>
      </dd>
      <dt>When</dt>
      <dd>
        <CronWords cron={cron} /> ({timezone})
        <br />
        <Mono>{cron}</Mono>
      </dd>
      <dt>Next</dt>
      <dd>
        {next.length === 0 ? (
          "None while it is paused"
        ) : (
          <ol className={styles.times} aria-label="Next times">
            {next.map((at) => (
              <li key={at}>{zoneTime(at, timezone)}</li>
            ))}
          </ol>
        )}
      </dd>
      <dt>Agent</dt>
      <dd>{agentName(schedule.agent_id)}</dd>
      <dt>To</dt>
      <dd>
        {schedule.recipients.toLocaleString()} by {channel}
      </dd>
    </dl>
  );
}

function Runs({ id, timezone }: { id: string; timezone: string }) {
  const calls = useCalls(scheduleCalls);
  const query = useQuery<Page<ScheduleRun>>({
    queryKey: ["schedule", id, "runs"],
    queryFn: answered(() => calls.scheduleRuns(id)),
    gcTime: 0,
    // A run that was just requested has no event until its messages are sent.
    refetchInterval: ({ state }) => (state.data?.data.some(({ status }) => status === "pending") ? EVERY_MS : false),
  });
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>Runs</h3>
      <QueryView
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={<p className={styles.note}>It has not run yet.</p>}
      >
        {({ data }) => (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">State</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {data.map((run) => (
                <tr key={run.id}>
                  <td>
                    {zoneTime(run.occurrence_at, timezone)}
                    {run.cause === "owner" ? <span className={styles.note}> by hand</span> : null}
                  </td>
                  <td>
                    <Status tone={RUNS[run.status].tone}>{RUNS[run.status].word}</Status>
                  </td>
                  <td>
                    {run.outcome?.replaceAll("_", " ") ?? (run.ended_at === null ? "–" : <Time at={run.ended_at} />)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </section>
  );
}
