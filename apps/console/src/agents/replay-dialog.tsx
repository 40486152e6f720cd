import type { Divergence, ReplayReport } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { Dialog } from "../ui/dialog.js";
import { Link } from "../ui/link.js";
import { QueryView } from "../ui/query-view.js";
import { Skeleton } from "../ui/skeleton.js";
import styles from "./workbench.module.css";

interface ReplayProps {
  agent: Agent;
  version: number;
  onClose(): void;
}

/** How the newest recorded conversations would have gone with a version. No model is called. */
export function ReplayDialog({ agent, version, onClose }: ReplayProps) {
  const api = useWorkbench();
  const query = useQuery({
    queryKey: ["replay", agent.id, version],
    queryFn: answered(() => api.replay(agent.id, version)),
    gcTime: 0,
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Replay against version ${version}`}
      description="The newest recorded conversations, answered from their records: no model is asked and nobody is written to."
    >
      <QueryView query={query} loading={<Skeleton lines={4} label="Replaying" />}>
        {(report) => <Report report={report} />}
      </QueryView>
    </Dialog>
  );
}

function Report({ report }: { report: ReplayReport }) {
  const { replayed, identical, diverged, remaining, purged } = report;
  if (replayed === 0) return <p className={styles.muted}>There is no recorded conversation of this agent yet.</p>;
  return (
    <div className={styles.stack}>
      <p role="status">
        {identical} of {replayed} conversations go the same way.
      </p>
      <ul className={styles.cards}>
        {diverged.map((one) => (
          <li key={one.session_id} className={styles.card}>
            <div className={styles.cardText}>
              <Link to="/sessions/$id" params={{ id: one.session_id }}>
                {one.session_id}
              </Link>
              <span>
                Turn {one.turn}: {KINDS[one.kind]}
              </span>
              {one.kind !== "missing_call" && (
                <span className={styles.muted}>
                  was {short(one.expected)}, would be {short(one.got)}
                </span>
              )}
            </div>
          </li>
        ))}
      </ul>
      {remaining.length > 0 && <p className={styles.muted}>{remaining.length} were not reached in time.</p>}
      {purged > 0 && <p className={styles.muted}>{purged} are no longer kept.</p>}
    </div>
  );
}

const KINDS: Record<Divergence["kind"], string> = {
  transition: "it goes another way",
  variables: "it knows other variables",
  reply: "it says something else",
  missing_call: "it asks for something that was never recorded",
};

const SHORT = 160;
function short(value: unknown): string {
  const text = typeof value === "string" ? `“${value}”` : JSON.stringify(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
