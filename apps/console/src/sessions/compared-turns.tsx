import type { ComparedTurn, ReplayedSide } from "@parley/contracts";
import type { ReplayedSession } from "../api/replay-calls.js";
import { cx } from "../ui/cx.js";
import { Markdown } from "../ui/markdown/markdown.js";
import { Chip } from "../ui/status.js";
import styles from "./replay.module.css";

const KINDS: Record<string, string> = {
  open: "The conversation opens",
  timer: "Time passes in silence",
  handed_back: "A person hands back to the agent",
};

const DIFFERS: Record<ComparedTurn["differs"][number], string> = {
  path: "another way",
  reply: "other words",
  variables: "other variables",
  actions: "other actions",
  ended: "another end",
  error: "another error",
  unanswered_call: "asks a server",
};

/** Two conversations side by side; the first turn that differs is marked. */
export function ComparedTurns({ replay, titles }: { replay: ReplayedSession; titles: [string, string] }) {
  return (
    <ol className={styles.turns} aria-label="Both conversations">
      {replay.turns.map((turn) => (
        <li key={turn.turn} className={cx(styles.turn, turn.turn === replay.diverges_at && styles.first)}>
          <p className={styles.said}>
            <span className={styles.number}>Turn {turn.turn}</span>
            {turn.turn === replay.diverges_at && <Chip tone="warn">first divergence</Chip>}
            {turn.differs.map((what) => (
              <Chip key={what}>{DIFFERS[what]}</Chip>
            ))}
          </p>
          <p className={styles.input} dir="auto">
            {turn.input === "" ? KINDS[turn.kind] : turn.input}
          </p>
          <div className={styles.sides}>
            <Side title={titles[0]} side={turn.recorded} differs={[]} />
            <Side title={titles[1]} side={turn.replayed} differs={turn.differs} />
          </div>
        </li>
      ))}
    </ol>
  );
}

interface SideProps {
  title: string;
  side: ReplayedSide | null;
  differs: ComparedTurn["differs"];
}

function Side({ title, side, differs }: SideProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and a section would be a landmark for each turn
    <div role="group" className={styles.side} aria-label={title}>
      <p className={styles.title}>{title}</p>
      {side === null ? (
        <p className={styles.fine}>It did not reach this turn.</p>
      ) : (
        <Told side={side} differs={differs} />
      )}
    </div>
  );
}

function Told({
  side: { nodes, messages, variables, actions, ended, error },
  differs,
}: Omit<SideProps, "title"> & { side: ReplayedSide }) {
  const learned = Object.entries(variables);
  return (
    <>
      <p className={cx(styles.way, differs.includes("path") && styles.differs)}>
        <span className="mono">{nodes.join(" → ") || "no node"}</span>
      </p>
      {messages.map((words, index) => (
        <div key={String(index)} className={cx(styles.words, differs.includes("reply") && styles.differs)}>
          <Markdown>{words}</Markdown>
        </div>
      ))}
      {messages.length === 0 && error === null && <p className={styles.fine}>No message.</p>}
      {error !== null && <Chip tone="problem">{error}</Chip>}
      {learned.length > 0 && (
        <p className={cx(styles.fine, differs.includes("variables") && styles.differs)}>
          learned {learned.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")}
        </p>
      )}
      {actions.map((action, index) => (
        <p key={String(index)} className={cx(styles.fine, differs.includes("actions") && styles.differs)}>
          {action}
        </p>
      ))}
      {ended && <p className={styles.fine}>The conversation ends here.</p>}
    </>
  );
}
