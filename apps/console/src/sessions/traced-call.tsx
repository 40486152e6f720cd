import type { TracedTurn } from "../api/answers.js";
import { Chip } from "../ui/status.js";
import { SentPrompt, type TurnRef } from "./sent-prompt.js";
import { plural } from "./session-rows.js";
import styles from "./trace.module.css";
import { inTime, UsageFigures } from "./usage-figures.js";

type TracedCall = TracedTurn["calls"][number];

const CALLS: Record<string, string> = {
  "llm.reply": "Reply",
  "llm.extract": "Extraction",
  "llm.classify": "Classification",
  "api.call": "API call",
  "agent.load": "Transfer",
};

interface CallProps {
  call: TracedCall;
  totalMs: number;
  /** Of a session, whose prompts can be read. */
  at?: TurnRef | undefined;
}

/** A call of a turn: its prompt, its duration, its cost, its result. */
export function TracedCallItem({ call, totalMs, at }: CallProps) {
  const { type, node_id: nodeId, model, latency_ms: latencyMs, usage, failed, http, retrieval } = call;
  const answer = answerOf(call.result);
  return (
    <li>
      <p className={styles.line}>
        <strong>{CALLS[type] ?? type}</strong>
        {failed !== null && <Chip tone="problem">{failed}</Chip>}
      </p>
      <p className={styles.facts}>
        <span>in {nodeId}</span>
        {model !== null && <span className="mono">{model}</span>}
        {http && (
          <span>
            {String(http.method)} {typeof http.status === "number" ? `answered ${http.status}` : "without an answer"}
            {Number(http.attempts) > 1 && `, ${http.attempts} attempts`}
          </span>
        )}
        <span>{inTime(latencyMs)}</span>
        {usage !== null && <UsageFigures usage={usage} />}
        {retrieval && <span>{plural(retrieval.passages.length, "passage")} found</span>}
        {call.first_token_ms !== undefined && <span>first word after {inTime(call.first_token_ms)}</span>}
      </p>
      {totalMs > 0 && (
        <div className={styles.bar} aria-hidden="true">
          <span
            className={type === "api.call" ? styles.apiBar : styles.modelBar}
            style={{ inlineSize: `${Math.min(100, (100 * latencyMs) / totalMs)}%` }}
          />
        </div>
      )}
      {retrieval?.passages.map(({ document_id: id, document, n, score }) => (
        <p key={`${id} ${n}`} className={styles.facts}>
          <span>
            {document}, passage {n + 1}
          </span>
          <span>score {score.toLocaleString("en", { maximumFractionDigits: 3 })}</span>
        </p>
      ))}
      {at && type.startsWith("llm.") && (
        <SentPrompt at={at} call={call.call_id} passages={retrieval?.passages.length ?? 0} />
      )}
      {answer !== null && (
        <details>
          <summary className={styles.fine}>What came back</summary>
          <pre className={styles.answer} dir="auto">
            {answer}
          </pre>
        </details>
      )}
    </li>
  );
}

/** The text, if there is one; else the value as JSON. */
function answerOf(result: unknown): string | null {
  if (result === null || result === undefined) return null;
  if (typeof result === "object" && "text" in result && typeof result.text === "string") return result.text;
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}
