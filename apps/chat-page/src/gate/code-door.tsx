import { useEffect, useState } from "preact/hooks";
import { DoorForm } from "./door-form.js";
import { codeDigits } from "./door-rules.js";
import { countdown, d, timeOf } from "./door-text.js";
import { DoorTitle } from "./door-title.js";
import type { Gate } from "./gate.js";

const CODE_LENGTH = 6;
const TICK_MS = 1_000;

/** The code from the mail: typed, pasted with anything around its digits, or filled in by the browser. */
export function CodeDoor({ gate, heading }: { gate: Gate; heading: "h1" | "h2" }) {
  const until = gate.codeUntilMs.value;
  return (
    <>
      <DoorTitle heading={heading} text={d("codeTitle")} focus={false} />
      <DoorForm
        // A new code begins with an empty field.
        key={gate.resent.value}
        gate={gate}
        explain={d("codeBody", { email: gate.email.value })}
        label={d("codeLabel")}
        hint={`${d("codeHint")}${until === null ? "" : ` ${d("codeValid", { time: timeOf(until, "down") })}`}`}
        problem={problemOf(gate)}
        submit={d("confirm")}
        busy={d("confirming")}
        input={{ autocomplete: "one-time-code", inputMode: "numeric", dir: "ltr", spellcheck: false }}
        accept={codeDigits}
        complete={(value) => value.length === CODE_LENGTH}
        onSubmit={(value) => void gate.confirm(value)}
      />
      <div class="door-other">
        <Resend gate={gate} />
        <button type="button" class="link-button" onClick={() => gate.changeAddress()}>
          {d("changeAddress")}
        </button>
      </div>
      <p class="door-hint" role="status">
        {gate.resent.value > 0 && d("resent")}
      </p>
    </>
  );
}

/** The time runs down in sight only; read out every second it would drown everything else. */
function Resend({ gate }: { gate: Gate }) {
  const [now, setNow] = useState(Date.now());
  const left = gate.resendAtMs.value - now;
  const waits = left > 0;
  useEffect(() => {
    setNow(Date.now());
    if (!waits) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [waits, gate.resendAtMs.value]);
  return (
    <button type="button" class="link-button" aria-disabled={waits} onClick={() => void gate.resend()}>
      {waits ? d("resendIn", { time: countdown(left) }) : d("resend")}
    </button>
  );
}

function problemOf(gate: Gate): string | null {
  switch (gate.problem.value?.type) {
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
