import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/language.js";
import { Avatar } from "../view/avatar.js";
import { MarkdownText } from "../view/markdown-text.js";
import { CodeDoor } from "./code-door.js";
import { DoorForm } from "./door-form.js";
import { doorsOf } from "./door-rules.js";
import { d, doorTextDue } from "./door-text.js";
import { DoorTitle } from "./door-title.js";
import type { Gate } from "./gate.js";

/** A door that fills the page: whose chat it is, how far one is, and the one thing to do now. */
export function DoorPage({ gate }: { gate: Gate }) {
  if (doorTextDue.value) return null;
  const { link } = gate;
  const doors = doorsOf(link);
  const step = doors.indexOf(gate.door.value) + 1;
  return (
    <main class="door">
      <div class="door-inner">
        <p class="door-whose">
          <Avatar link={link} />
          <bdi>{link.title ?? link.agentName}</bdi>
        </p>
        {step > 0 && doors.length > 1 && <p class="door-step">{d("step", { step, count: doors.length })}</p>}
        <CurrentDoor gate={gate} heading="h1" />
      </div>
    </main>
  );
}

/** The same in the place where one would write: the conversation above stays readable. */
export function DoorCard({ gate }: { gate: Gate }) {
  if (doorTextDue.value) return null;
  return (
    <section class="ended door-card" id="compose" tabIndex={-1} aria-labelledby="door-title">
      <CurrentDoor gate={gate} heading="h2" />
    </section>
  );
}

interface DoorProps {
  gate: Gate;
  heading: "h1" | "h2";
}

function CurrentDoor({ gate, heading }: DoorProps) {
  const props = { gate, heading };
  switch (gate.door.value) {
    case "pin":
      return <PinDoor {...props} />;
    case "consent":
      return <ConsentDoor {...props} />;
    case "declined":
      return <DeclinedDoor {...props} />;
    case "email":
      return <EmailDoor {...props} />;
    case "code":
      return <CodeDoor {...props} />;
    case "pending":
      return <PendingDoor {...props} />;
    case "enter":
      return <Entering {...props} />;
  }
}

function PinDoor({ gate, heading }: DoorProps) {
  const problem = gate.problem.value;
  const words = problem?.type === "missing" ? d("pinMissing") : problem?.type === "wrong" ? d("pinWrong") : null;
  return (
    <>
      <DoorTitle heading={heading} text={d("pinTitle")} focus={false} />
      <DoorForm
        gate={gate}
        explain={d("pinBody")}
        label={d("pinLabel")}
        problem={words}
        submit={d("next")}
        busy={d("confirming")}
        input={{ autocomplete: "off", autocapitalize: "none", spellcheck: false, maxLength: 64, dir: "auto" }}
        onSubmit={(value) => void gate.givePin(value)}
      />
    </>
  );
}

function ConsentDoor({ gate, heading }: DoorProps) {
  return (
    <>
      <DoorTitle heading={heading} text={d("consentTitle")} />
      <p class="door-explain">{d("consentBody")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls in its box, by keyboard as well */}
      <section class="door-terms" tabIndex={0} aria-label={d("consentTitle")}>
        <MarkdownText text={gate.link.consentText ?? ""} streaming={false} />
      </section>
      <div class="door-actions">
        <button type="button" class="button primary" disabled={gate.busy.value} onClick={() => void gate.agree()}>
          {d("agree")}
        </button>
        <button type="button" class="button quiet" disabled={gate.busy.value} onClick={() => gate.decline()}>
          {d("disagree")}
        </button>
      </div>
      <DoorStatus gate={gate} />
    </>
  );
}

function DeclinedDoor({ gate, heading }: DoorProps) {
  return (
    <>
      <DoorTitle heading={heading} text={d("declinedTitle")} />
      <p class="door-explain">{d("declinedBody")}</p>
      <div class="door-actions">
        <button type="button" class="button quiet" onClick={() => gate.readAgain()}>
          {d("readAgain")}
        </button>
      </div>
    </>
  );
}

function EmailDoor({ gate, heading }: DoorProps) {
  const explain = gate.again
    ? d("againBody")
    : `${d("emailBody")}${gate.link.needsApproval ? ` ${d("approvalBody")}` : ""}`;
  return (
    <>
      <DoorTitle heading={heading} text={d(gate.again ? "againTitle" : "emailTitle")} focus={false} />
      <DoorForm
        gate={gate}
        explain={explain}
        label={d("emailLabel")}
        problem={gate.problem.value?.type === "missing" ? d("emailMissing") : null}
        submit={d("sendCode")}
        busy={t("sending")}
        initial={gate.email.value}
        input={{ type: "email", autocomplete: "email", inputMode: "email", maxLength: 254, dir: "ltr" }}
        onSubmit={(value) => void gate.sendCode(value)}
      />
    </>
  );
}

function PendingDoor({ gate, heading }: DoorProps) {
  return (
    <>
      <DoorTitle heading={heading} text={d("pendingTitle")} />
      <p class="door-explain">{d("pendingBody", { email: gate.email.value })}</p>
      <div class="door-actions">
        <button type="button" class="button primary" disabled={gate.busy.value} onClick={() => void gate.checkAgain()}>
          {gate.busy.value ? d("confirming") : d("checkAgain")}
        </button>
      </div>
      <DoorStatus gate={gate} />
    </>
  );
}

const LONG_CHECK_MS = 8_000;

/** On the way in: the browser is checked where the link asks for it, and the session is made. */
function Entering({ gate, heading }: DoorProps) {
  const [long, setLong] = useState(false);
  const checking = gate.checking.value;
  useEffect(() => {
    if (!checking) return setLong(false);
    const timer = setTimeout(() => setLong(true), LONG_CHECK_MS);
    return () => clearTimeout(timer);
  }, [checking]);
  if (gate.problem.value) {
    return (
      <>
        <DoorTitle heading={heading} text={d("unproven")} />
        <div class="door-actions">
          <button type="button" class="button primary" onClick={() => void gate.start()}>
            {d("retry")}
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <DoorTitle heading={heading} text={checking ? d("checkingTitle") : d("entering")} />
      <div class="loading" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <p class="door-explain">{checking && d("checkingBody")}</p>
      <p class="door-explain" role="status">
        {checking && long && d("checkingLong")}
      </p>
    </>
  );
}

/** What goes on and what went wrong, for doors without a field of their own for it. */
function DoorStatus({ gate, children }: { gate: Gate; children?: ComponentChildren }) {
  const problem = gate.problem.value;
  return (
    <div class="door-status">
      <p role="status">
        {gate.checking.value ? d("checkingTitle") : problem?.type === "undecided" ? d("undecided") : children}
      </p>
      <p role="alert" class="door-problem">
        {problem?.type === "unreachable" && d("unreachable")}
        {problem?.type === "unproven" && d("unproven")}
      </p>
    </div>
  );
}
