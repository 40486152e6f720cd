import { Workflow } from "lucide-react";
import type { SessionTrace as Trace, Usage } from "../api/answers.js";
import { Button, LinkButton } from "../ui/button.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Skeleton } from "../ui/skeleton.js";
import { EmptyState } from "../ui/states.js";
import { Chip } from "../ui/status.js";
import styles from "./session.module.css";
import { plural } from "./session-rows.js";
import traces from "./trace.module.css";
import { TracedTurnItem } from "./traced-turn.js";
import { UsageFigures } from "./usage-figures.js";
import type { Tracing } from "./use-trace.js";

/** Why a session went as it did, turn by turn, including those without a message. */
export function SessionTrace({
  session,
  tracing: { trace, busy, failed, read },
}: {
  session: string;
  tracing: Tracing;
}) {
  return (
    <section>
      <div className={styles.sectionHead}>
        <h2>Trace</h2>
        <div className={styles.sectionActions}>
          <LinkButton small icon={<Workflow />} to="/sessions/$id/flow" params={{ id: session }}>
            Show in the flow
          </LinkButton>
          <Button small busy={busy} onClick={() => void read("begin")}>
            {trace === null ? "Show the trace" : "Read it again"}
          </Button>
        </div>
      </div>
      {trace === null && failed === null && !busy && (
        <p className={styles.fine}>
          Nodes, conditions, calls, time and cost of every turn. “Why” under a message unfolds its turn alone.
        </p>
      )}
      {trace !== null && <Turns trace={trace} />}
      {busy && <Skeleton />}
      {failed && <ProblemCard problem={failed.problem} onRetry={failed.again} />}
      {trace !== null && trace.next_cursor !== null && failed === null && (
        <Button className={styles.more} busy={busy} onClick={() => void read("more")}>
          Show more turns
        </Button>
      )}
    </section>
  );
}

function Turns({ trace: { session_id: session, turns, background, next_cursor: nextCursor } }: { trace: Trace }) {
  if (turns.length === 0)
    return (
      <EmptyState title="No turn yet">
        <p>Each message and each answer to it becomes a turn, with what was decided and why.</p>
      </EmptyState>
    );
  return (
    <>
      <p className={styles.fine} role="status">
        {plural(turns.length, "turn")}
        {nextCursor !== null && ", and there are more"}
      </p>
      <ol className={traces.list} aria-label="Turns">
        {turns.map((turn) => (
          <TracedTurnItem key={turn.turn_id} turn={turn} session={session} />
        ))}
      </ol>
      <Background name="Analysis after the end" job={background?.analysis ?? null} />
      <Background name="Memory of the person" job={background?.memory ?? null} />
    </>
  );
}

interface BackgroundProps {
  name: string;
  job: { status?: string; error?: string | null; usage: Usage } | null;
}

/** Model calls for the session beside its turns. */
function Background({ name, job }: BackgroundProps) {
  if (job === null) return null;
  return (
    <p className={traces.facts}>
      <span>{name}</span>
      {job.status && <span>{job.status}</span>}
      {job.error && <Chip tone="problem">{job.error}</Chip>}
      <UsageFigures usage={job.usage} />
    </p>
  );
}
