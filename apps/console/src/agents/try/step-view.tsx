import type { TriedStep, TryBody } from "../../api/try-calls.js";
import { TracedTurnDetails } from "../../sessions/traced-turn.js";
import { inTime, UsageFigures } from "../../sessions/usage-figures.js";
import { Markdown } from "../../ui/markdown/markdown.js";
import { Chip } from "../../ui/status.js";
import styles from "./try.module.css";

type Step = TryBody["steps"][number];

/** One step: the user's message, the agent's answer, and the path to it. */
export function StepView({ step, asked }: { step: TriedStep; asked: Step | null }) {
  const { messages, trace, not_done: notDone } = step;
  const transferred = trace?.transitions.some(({ condition }) => condition === "agent_transfer");
  return (
    <div className={styles.step}>
      {asked !== null && (
        <p className={styles.said} dir="auto">
          {asked.say ??
            (asked.event === "hand_back" ? "Handed back to the agent" : silenceOf(asked.after_seconds ?? 0))}
        </p>
      )}
      {messages.map(({ content }, index) => (
        <div key={String(index)} className={styles.answer} dir="auto">
          <Markdown>{content}</Markdown>
        </div>
      ))}
      {asked?.event === "timer" && messages.length === 0 && <p className={styles.fine}>No message from the agent.</p>}
      {transferred && step.agent && (
        <p className={styles.fine}>
          <Chip tone="accent">transferred</Chip> {step.agent.name}, version {step.agent.version}, has the conversation
          now.
        </p>
      )}
      {notDone.map(({ kind, detail }, index) => (
        <p key={String(index)} className={styles.fine}>
          <Chip tone="warn">not done</Chip> {NOT_DONE[kind]} {detail}
        </p>
      ))}
      {trace !== null && (
        <details className={styles.why}>
          <summary>
            <span className="mono">{trace.nodes.join(" → ") || step.node}</span>{" "}
            <span>{inTime(trace.latency.total_ms)}</span>
          </summary>
          <p className={styles.figures}>
            <UsageFigures usage={trace.usage} />
          </p>
          <TracedTurnDetails turn={trace} />
          <Values values={step.variables} />
        </details>
      )}
    </div>
  );
}

/** The total time of silence. */
function silenceOf(seconds: number): string {
  const [amount, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3_600 ? [seconds / 60, "minute"] : [seconds / 3_600, "hour"];
  const shown = amount.toLocaleString("en", { maximumFractionDigits: 1 });
  return `${shown} ${unit}${amount === 1 ? "" : "s"} of silence`;
}

const NOT_DONE = {
  webhook: "A webhook to",
  memory: "To be remembered:",
  escalation: "A person is asked for:",
  transfer: "The conversation would go to agent",
} satisfies Record<TriedStep["not_done"][number]["kind"], string>;

function Values({ values }: { values: Record<string, unknown> }) {
  const all = Object.entries(values);
  if (all.length === 0) return null;
  return (
    <>
      <h3 className={styles.title}>Variables after it</h3>
      <dl className={styles.values}>
        {all.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
