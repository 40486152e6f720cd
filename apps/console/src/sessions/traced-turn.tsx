import type { ReactNode } from "react";
import type { TracedTurn, Usage } from "../api/answers.js";
import { dollars, plural } from "./session-rows.js";

type TracedCall = TracedTurn["calls"][number];
type TracedCondition = TracedTurn["conditions"][number];

const KINDS: Record<string, string> = {
  open: "Opening",
  message: "Message",
  timer: "Timeout",
  handed_back: "Handed back",
};
const CALLS: Record<string, string> = {
  "llm.reply": "Reply",
  "llm.extract": "Extraction",
  "llm.classify": "Classification",
  "api.call": "API call",
};
const VERDICTS = {
  yes: { word: "Yes", look: "active" },
  no: { word: "No", look: "" },
  ask: { word: "Asked the model", look: "warning" },
} as const;

/** One turn: the way it took and what it cost; unfolded, what was tested and whom it asked. A turn that failed lies open. */
export function TracedTurnItem({ turn }: { turn: TracedTurn }) {
  const { kind, nodes, status, error, latency, usage } = turn;
  const learned = Object.keys(turn.variables);
  const notes = [...turn.warnings, ...turn.logs].map(noteText);
  return (
    <li className="row">
      <details className="traced" open={error !== null}>
        <summary>
          <span className="row-main">
            <strong>
              Turn {turn.turn}: {KINDS[kind] ?? kind}
            </strong>
            {error !== null ? (
              <span className="chip error">{error}</span>
            ) : (
              status !== "done" && <span className="chip">{status.replaceAll("_", " ")}</span>
            )}
          </span>
          <span className="row-facts">
            <span className="mono">{nodes.join(" → ") || "no node"}</span>
            <span>{inTime(latency.total_ms)}</span>
            <UsageFigures usage={usage} />
          </span>
        </summary>
        <p className="row-facts">
          <span>models {inTime(latency.model_ms)}</span>
          <span>APIs {inTime(latency.api_ms)}</span>
          {learned.length > 0 && <span>learned: {learned.join(", ")}</span>}
        </p>
        <Part title="Conditions" empty={conditionsMissing(turn)}>
          {turn.conditions.map((condition, index) => (
            <Condition key={String(index)} condition={condition} />
          ))}
        </Part>
        <Part title="Calls" empty="It asked nobody.">
          {turn.calls.map((call, index) => (
            <Call key={String(index)} call={call} />
          ))}
        </Part>
        {notes.length > 0 && (
          <Part title="Notes" empty="">
            {notes.map((note, index) => (
              <li key={String(index)}>{note}</li>
            ))}
          </Part>
        )}
      </details>
    </li>
  );
}

const conditionsMissing = ({ conditions_unknown: conditionsUnknown }: TracedTurn): string =>
  conditionsUnknown ? "They cannot be told again: the records of this turn are not complete." : "None was tested.";

function Part({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) {
  return (
    <>
      <h3>{title}</h3>
      {children.length === 0 ? <p className="help">{empty}</p> : <ul className="traced-part">{children}</ul>}
    </>
  );
}

function Condition({
  condition: { node_id: nodeId, condition, target, verdict, inputs },
}: {
  condition: TracedCondition;
}) {
  const { word, look } = VERDICTS[verdict];
  return (
    <li>
      <p className="row-main">
        <code>{condition}</code>
        <span className={`chip ${look}`}>{word}</span>
      </p>
      <p className="row-facts">
        <span className="mono">
          {nodeId} → {target}
        </span>
      </p>
      {Object.entries(inputs).map(([name, value]) => (
        <p key={name} className="row-facts">
          <code dir="auto">
            {name} = {JSON.stringify(value)}
          </code>
        </p>
      ))}
    </li>
  );
}

function Call({ call }: { call: TracedCall }) {
  const { type, node_id: nodeId, model, latency_ms: latencyMs, usage, failed, http, retrieval } = call;
  return (
    <li>
      <p className="row-main">
        <strong>{CALLS[type] ?? type}</strong>
        {failed !== null && <span className="chip error">{failed}</span>}
      </p>
      <p className="row-facts">
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
      </p>
    </li>
  );
}

/** Tokens and money; nothing where nothing was used. */
export function UsageFigures({
  usage: { input_tokens: inputTokens, output_tokens: outputTokens, cost },
}: {
  usage: Usage;
}) {
  if (inputTokens === 0 && outputTokens === 0 && cost === 0) return null;
  return (
    <>
      <span>
        {inputTokens.toLocaleString("en")} tokens in, {outputTokens.toLocaleString("en")} out
      </span>
      <span>{cost === null ? "price not known" : dollars.format(cost)}</span>
    </>
  );
}

/** A sentence where there is one. */
const noteText = (note: Record<string, unknown>): string =>
  typeof note.message === "string" ? note.message : JSON.stringify(note);

/** Milliseconds for people. */
const inTime = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toLocaleString("en", { maximumFractionDigits: 1 })} s`;
