import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered } from "../api/query.js";
import { type MemoryChange, type MemoryView, memoryCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { Button } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Time } from "../ui/time.js";

const SOURCES: Record<MemoryChange["source"], string> = {
  summary: "From a conversation",
  tool: "By the agent's workflow",
  person: "By a person",
};

/** Changes of a memory, newest first; each state can be restored. */
export function MemoryHistory({ agent, memory }: { agent: string; memory: MemoryView }) {
  const calls = useCalls(memoryCalls);
  const client = useQueryClient();
  const { address, revision } = memory;
  const query = useQuery({
    queryKey: ["memory", agent, address, "history", revision],
    queryFn: answered(() => calls.memoryHistory(agent, address)),
    gcTime: 0,
  });
  const undoing = useMutation({
    mutationFn: (to: number) => answered(() => calls.undoMemory(agent, address, to, revision))(),
    onSuccess: async () => {
      notify.good("Brought back. It holds from the next message on.");
      await client.invalidateQueries({ queryKey: ["memory", agent, address] });
    },
    onError: (error) => notify.problem(refusalOf(error).detail),
  });
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>History</h3>
      <QueryView query={query}>
        {({ data }) => (
          <ol className={styles.history}>
            {data.map((change) => (
              <li key={change.revision}>
                <div className={styles.line}>
                  <span>
                    <Origin change={change} />, <Time at={change.at} />
                  </span>
                  {change.revision === revision ? (
                    <span className={styles.note}>This holds now</span>
                  ) : (
                    <Button
                      small
                      aria-label={`Bring back revision ${change.revision}`}
                      busy={undoing.isPending && undoing.variables === change.revision}
                      onClick={() => undoing.mutate(change.revision)}
                    >
                      Bring back
                    </Button>
                  )}
                </div>
                <Difference name="Summary" before={change.before?.summary} after={change.after.summary} />
                <Difference name="Notes" before={change.before?.notes} after={change.after.notes} />
              </li>
            ))}
          </ol>
        )}
      </QueryView>
    </section>
  );
}

function Origin({ change }: { change: MemoryChange }) {
  const words =
    change.restored_from === null ? SOURCES[change.source] : `Revision ${change.restored_from} brought back`;
  if (change.session_id === null) return words;
  return (
    <Link to="/sessions/$id" params={{ id: change.session_id }}>
      {words}
    </Link>
  );
}

function Difference({
  name,
  before,
  after,
}: {
  name: string;
  before: string | null | undefined;
  after: string | null;
}) {
  if ((before ?? null) === after) return null;
  return (
    <p className={styles.words}>
      <span className={styles.note}>{name}: </span>
      {after ?? <span className={styles.gone}>{before}</span>}
    </p>
  );
}
