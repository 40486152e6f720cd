import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { type DeadLetterWhole, deadLetterCalls } from "../api/dead-letter-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import sending from "../sending/sending.module.css";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Time } from "../ui/time.js";
import { DeadLetterState, inWords } from "./dead-letter-state.js";

const EVERY_MS = 1_000;

/** One dead letter with its message. Opening it is audited. */
export function DeadLetterView({ id, onGone }: { id: string; onGone: () => void }) {
  const calls = useCalls(deadLetterCalls);
  const query = useQuery<DeadLetterWhole>({
    queryKey: ["dead-letters", "one", id],
    queryFn: answered(() => calls.deadLetter(id)),
    gcTime: 0,
    // No event reports the progress of a replay.
    refetchInterval: ({ state }) => (state.data?.status === "replaying" ? EVERY_MS : false),
  });
  return (
    <QueryView query={query}>
      {(letter) => (
        <>
          <Actions letter={letter} onGone={onGone} />
          <Facts letter={letter} />
          <section className={styles.part}>
            <h3 className={styles.heading}>What was said</h3>
            {letter.content === "" ? (
              <p className={styles.note}>Nothing: the turn started automatically.</p>
            ) : (
              <pre className={sending.message} dir="auto">
                {letter.content}
              </pre>
            )}
            {letter.files.length === 0 ? null : <p className={styles.note}>With {letter.files.length} files.</p>}
          </section>
        </>
      )}
    </QueryView>
  );
}

function Actions({ letter, onGone }: { letter: DeadLetterWhole; onGone: () => void }) {
  const { id, status, session_status: session } = letter;
  const calls = useCalls(deadLetterCalls);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ["dead-letters"] });
  const replaying = useMutation({
    mutationFn: () => answered(() => calls.replayDeadLetter(id))(),
    onSuccess: async () => {
      notify.good("It runs again, at the end of its session.");
      await refresh();
    },
    onError: (error: unknown) => notify.problem(refusalOf(error).detail),
  });
  const canReplay = status === "waiting" || status === "failed";
  return (
    <div className={styles.part}>
      <div className={styles.actions}>
        {canReplay ? (
          <Button look="primary" icon={<RotateCcw />} busy={replaying.isPending} onClick={() => replaying.mutate()}>
            Try again
          </Button>
        ) : null}
        <Button look="danger" icon={<Trash2 />} onClick={() => setAsking(true)}>
          Discard
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Discard this turn?"
        consequences={[
          "It is not tried again, and is gone from this list at once and for good.",
          "What was said stays in the session's history, marked as failed.",
        ]}
        {...(canReplay && session === "active"
          ? {
              milder: {
                text: "The session still runs: trying it again may answer the visitor.",
                action: "Try again instead",
                run: () => replaying.mutateAsync(),
              },
            }
          : {})}
        action="Discard"
        run={async () => {
          await answered(() => calls.dropDeadLetter(id))();
          onGone();
          await refresh();
        }}
      />
    </div>
  );
}

function Facts({ letter }: { letter: DeadLetterWhole }) {
  const { replay } = letter;
  return (
    <dl className={styles.facts}>
      <dt>State</dt>
      <dd>
        <DeadLetterState status={letter.status} />
      </dd>
      <dt>Why</dt>
      <dd>
        {inWords(letter.reason)}
        {letter.error === null ? "" : `; the visitor saw “${inWords(letter.error)}”`}
      </dd>
      <dt>Session</dt>
      <dd>
        <Link to="/sessions/$id" params={{ id: letter.session_id }}>
          {letter.session_id}
        </Link>
      </dd>
      <dt>Accepted</dt>
      <dd>
        <Time at={letter.accepted_at} />
      </dd>
      <dt>Given up</dt>
      <dd>
        <Time at={letter.created_at} />
      </dd>
      {replay === null ? null : (
        <>
          <dt>Tried again</dt>
          <dd>
            <Time at={replay.at} />
            {replay.error === null ? "" : `: ${inWords(replay.error)}`}
          </dd>
        </>
      )}
    </dl>
  );
}
