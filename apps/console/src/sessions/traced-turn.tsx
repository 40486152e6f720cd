import type { ReactNode } from "react";
import type { TracedTurn } from "../api/answers.js";
import { Chip, type Tone } from "../ui/status.js";
import styles from "./trace.module.css";
import { TracedCallItem } from "./traced-call.js";
import { inTime, UsageFigures } from "./usage-figures.js";

type TracedCondition = TracedTurn["conditions"][number];

const KINDS: Record<string, string> = {
  open: "Opening",
  message: "Message",
  timer: "Timeout",
  handed_back: "Handed back",
};
const VERDICTS: Record<TracedCondition["verdict"], { word: string; tone: Tone }> = {
  yes: { word: "Yes", tone: "good" },
  no: { word: "No", tone: "neutral" },
  ask: { word: "Asked the model", tone: "warn" },
};

/** One turn in a list: its path and its cost; expanded, all of it. A failed turn is initially expanded. */
export function TracedTurnItem({ turn, session }: { turn: TracedTurn; session: string }) {
  const { kind, nodes, status, error, latency, usage } = turn;
  return (
    <li className={styles.item}>
      <details open={error !== null}>
        <summary className={styles.summary}>
          <span className={styles.line}>
            <strong>
              Turn {turn.turn}: {KINDS[kind] ?? kind}
            </strong>
            {error !== null ? (
              <Chip tone="problem">{error}</Chip>
            ) : (
              status !== "done" && <Chip>{status.replaceAll("_", " ")}</Chip>
            )}
          </span>
          <span className={styles.facts}>
            <span className="mono">{nodes.join(" → ") || "no node"}</span>
            <span>{inTime(latency.total_ms)}</span>
            <UsageFigures usage={usage} />
          </span>
        </summary>
        <TracedTurnDetails turn={turn} session={session} />
      </details>
    </li>
  );
}

/** One turn under its message. */
export function TracedTurnBody({ turn, session }: { turn: TracedTurn; session: string }) {
  const { nodes, latency, usage, error } = turn;
  return (
    <>
      <p className={styles.facts}>
        {error !== null && <Chip tone="problem">{error}</Chip>}
        <span className="mono">{nodes.join(" → ") || "no node"}</span>
        <span>{inTime(latency.total_ms)}</span>
        <UsageFigures usage={usage} />
      </p>
      <TracedTurnDetails turn={turn} session={session} />
    </>
  );
}

/** How a turn came about, without its path. `session`: whose turn it is; a try has none. */
export function TracedTurnDetails({ turn, session }: { turn: TracedTurn; session?: string }) {
  const { latency, variables } = turn;
  const learned = Object.keys(variables);
  const at = session === undefined ? undefined : { session, turn: turn.turn };
  const notes = [...turn.warnings.map(({ message }) => message), ...turn.logs.map((log) => JSON.stringify(log))];
  return (
    <div className={styles.details}>
      <TimeBar latency={latency} />
      <p className={styles.facts}>
        <span className={styles.model}>models {inTime(latency.model_ms)}</span>
        <span className={styles.api}>APIs {inTime(latency.api_ms)}</span>
        {learned.length > 0 && <span>learned: {learned.join(", ")}</span>}
      </p>
      {learned.length > 0 && (
        <dl className={styles.values}>
          {Object.entries(variables).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <Part title="Conditions" empty={conditionsMissing(turn)}>
        {turn.conditions.map((condition, index) => (
          <Condition key={String(index)} condition={condition} />
        ))}
      </Part>
      <Part title="Calls" empty="It called no model.">
        {turn.calls.map((call) => (
          <TracedCallItem key={call.call_id} call={call} totalMs={latency.total_ms} at={at} />
        ))}
      </Part>
      {notes.length > 0 && (
        <Part title="Notes" empty="">
          {notes.map((note, index) => (
            <li key={String(index)}>{note}</li>
          ))}
        </Part>
      )}
    </div>
  );
}

/** Where the time of a turn was spent; the text beside it says the same. */
function TimeBar({ latency }: { latency: TracedTurn["latency"] }) {
  const { total_ms: total, model_ms: model, api_ms: api } = latency;
  if (total <= 0) return null;
  const share = (ms: number): string => `${Math.min(100, (100 * ms) / total)}%`;
  return (
    <div className={styles.bar} aria-hidden="true">
      <span className={styles.modelBar} style={{ inlineSize: share(model) }} />
      <span className={styles.apiBar} style={{ inlineSize: share(api) }} />
    </div>
  );
}

const conditionsMissing = ({ conditions_unknown: conditionsUnknown }: TracedTurn): string =>
  conditionsUnknown ? "They cannot be reconstructed: the records of this turn are incomplete." : "None was tested.";

function Part({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      {children.length === 0 ? (
        <p className={styles.fine}>{empty}</p>
      ) : (
        <ul className={styles.part} aria-label={title}>
          {children}
        </ul>
      )}
    </section>
  );
}

function Condition({
  condition: { node_id: nodeId, condition, target, verdict, inputs },
}: {
  condition: TracedCondition;
}) {
  const { word, tone } = VERDICTS[verdict];
  return (
    <li>
      <p className={styles.line}>
        <code>{condition}</code>
        <Chip tone={tone}>{word}</Chip>
      </p>
      <p className={styles.facts}>
        <span className="mono">
          {nodeId} → {target}
        </span>
      </p>
      {Object.entries(inputs).map(([name, value]) => (
        <p key={name} className={styles.facts}>
          <code dir="auto">
            {name} = {JSON.stringify(value)}
          </code>
        </p>
      ))}
    </li>
  );
}
