import type { SessionTrace as Trace, Usage } from "../api/answers.js";
import { Empty, Loading, ProblemCard } from "../parts/states.js";
import { plural } from "./session-rows.js";
import { TracedTurnItem, UsageFigures } from "./traced-turn.js";
import { useTrace } from "./use-trace.js";

/** Why a session went as it did, turn by turn; asked for with a button, because it is much and seldom wanted. */
export function SessionTrace({ id }: { id: string }) {
  const { trace, busy, failed, read } = useTrace(id);
  return (
    <section className="block">
      <div className="block-head wraps">
        <h2>Trace</h2>
        <button
          type="button"
          className="button quiet small"
          aria-disabled={busy !== null}
          onClick={() => void read("begin")}
        >
          {trace === null ? "Show the trace" : "Read it again"}
        </button>
      </div>
      {trace === null && failed === null && busy === null && (
        <p className="help">Why it went as it did: nodes, conditions, calls, time and cost of every turn.</p>
      )}
      {trace !== null && <Turns trace={trace} />}
      {busy !== null && <Loading />}
      {failed && <ProblemCard problem={failed.problem} onRetry={() => void read(failed.what)} />}
      {trace !== null && trace.next_cursor !== null && failed === null && (
        <button
          type="button"
          className="button quiet more"
          aria-disabled={busy !== null}
          onClick={() => void read("more")}
        >
          Show more turns
        </button>
      )}
    </section>
  );
}

function Turns({ trace: { turns, background, next_cursor: nextCursor } }: { trace: Trace }) {
  if (turns.length === 0)
    return (
      <Empty title="No turn yet">
        <p>Each message and each answer to it becomes a turn, with what was decided and why.</p>
      </Empty>
    );
  return (
    <>
      <p className="help" role="status">
        {plural(turns.length, "turn")}
        {nextCursor !== null && ", and there are more"}
      </p>
      <ol className="rows trace">
        {turns.map((turn) => (
          <TracedTurnItem key={turn.turn_id} turn={turn} />
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

/** What models were asked about the session beside its turns. */
function Background({ name, job }: BackgroundProps) {
  if (job === null) return null;
  return (
    <p className="row-facts">
      <span>{name}</span>
      {job.status && <span>{job.status}</span>}
      {job.error && <span className="chip error">{job.error}</span>}
      <UsageFigures usage={job.usage} />
    </p>
  );
}
