import { useTrace } from "../data/use-trace.js";
import type { TracePage } from "../net/trace-models.js";
import { plural } from "./session-rows.js";
import { Empty, Loading, ProblemCard } from "./states.js";
import { TracedTurnItem, UsedWords } from "./traced-turn.js";

/** Why a session went as it did, turn by turn; asked for with a button, because it is much and seldom wanted. */
export function SessionTrace({ id }: { id: string }) {
  const { trace, busy, failed, read } = useTrace(id);
  return (
    <section class="block">
      <div class="block-head wraps">
        <h2>Trace</h2>
        <button
          type="button"
          class="button quiet small"
          aria-disabled={busy !== null}
          onClick={() => void read("begin")}
        >
          {trace === null ? "Show the trace" : "Read it again"}
        </button>
      </div>
      {trace === null && failed === null && busy === null && (
        <p class="help">Why it went as it did: nodes, conditions, calls, time and cost of every turn.</p>
      )}
      {trace !== null && <Turns trace={trace} />}
      {busy !== null && <Loading />}
      {failed && <ProblemCard problem={failed.problem} onRetry={() => void read(failed.what)} />}
      {trace !== null && trace.nextCursor !== null && failed === null && (
        <button type="button" class="button quiet more" aria-disabled={busy !== null} onClick={() => void read("more")}>
          Show more turns
        </button>
      )}
    </section>
  );
}

function Turns({ trace: { turns, background, nextCursor } }: { trace: TracePage }) {
  if (turns.length === 0)
    return (
      <Empty title="No turn yet">
        <p>Each message and each answer to it becomes a turn, with what was decided and why.</p>
      </Empty>
    );
  return (
    <>
      <p class="help" role="status">
        {plural(turns.length, "turn")}
        {nextCursor !== null && ", and there are more"}
      </p>
      <ol class="rows trace">
        {turns.map((turn) => (
          <TracedTurnItem key={turn.id} turn={turn} />
        ))}
      </ol>
      {background.map(({ label, status, error, used }) => (
        <p key={label} class="row-facts">
          <span>{label}</span>
          {status !== "" && <span>{status}</span>}
          {error !== null && <span class="chip error">{error}</span>}
          <UsedWords used={used} />
        </p>
      ))}
    </>
  );
}
