import { useEffect, useState } from "preact/hooks";
import type { EntryFlow } from "./entry-flow.js";
import { codeDigits } from "./entry-rules.js";
import { countdown, d, timeOf } from "./entry-text.js";
import { StepForm } from "./step-form.js";
import { StepTitle } from "./step-title.js";

const CODE_LENGTH = 6;
const TICK_MS = 1_000;

/** The code from the mail: typed, pasted with anything around its digits, or filled in by the browser. */
export function CodeStep({ flow, heading }: { flow: EntryFlow; heading: "h1" | "h2" }) {
  const until = flow.codeUntilMs.value;
  return (
    <>
      <StepTitle heading={heading} text={d("codeTitle")} focus={false} />
      <StepForm
        // A new code begins with an empty field.
        key={flow.resent.value}
        flow={flow}
        explain={d("codeBody", { email: flow.email.value })}
        label={d("codeLabel")}
        hint={`${d("codeHint")}${until === null ? "" : ` ${d("codeValid", { time: timeOf(until, "down") })}`}`}
        problem={problemOf(flow)}
        submit={d("confirm")}
        busy={d("confirming")}
        input={{ autocomplete: "one-time-code", inputMode: "numeric", dir: "ltr", spellcheck: false }}
        accept={codeDigits}
        complete={(value) => value.length === CODE_LENGTH}
        onSubmit={(value) => void flow.confirm(value)}
      />
      <div class="entry-other">
        <Resend flow={flow} />
        <button type="button" class="link-button" onClick={() => flow.changeAddress()}>
          {d("changeAddress")}
        </button>
      </div>
      <p class="entry-hint" role="status">
        {flow.resent.value > 0 && d("resent")}
      </p>
    </>
  );
}

/** The countdown is visual only; read out every second it would drown everything else. */
function Resend({ flow }: { flow: EntryFlow }) {
  const [now, setNow] = useState(Date.now());
  const left = flow.resendAtMs.value - now;
  const waits = left > 0;
  useEffect(() => {
    setNow(Date.now());
    if (!waits) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [waits, flow.resendAtMs.value]);
  return (
    <button type="button" class="link-button" aria-disabled={waits} onClick={() => void flow.resend()}>
      {waits ? d("resendIn", { time: countdown(left) }) : d("resend")}
    </button>
  );
}

function problemOf(flow: EntryFlow): string | null {
  switch (flow.problem.value?.type) {
    case "missing":
      return d("codeMissing");
    case "wrong":
      return d("codeWrong");
    case "expired":
      return d("codeExpired");
    default:
      return null;
  }
}
