import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/language.js";
import { Avatar } from "../view/avatar.js";
import { MarkdownText } from "../view/markdown-text.js";
import { Operator } from "../view/operator.js";
import { CodeStep } from "./code-step.js";
import type { EntryFlow } from "./entry-flow.js";
import { stepsOf } from "./entry-rules.js";
import { d, entryTextsDue } from "./entry-text.js";
import { StepForm } from "./step-form.js";
import { StepTitle } from "./step-title.js";

/** The current step as a page: whose chat it is, how many steps are left, and what to do now. */
export function StepPage({ flow }: { flow: EntryFlow }) {
  if (entryTextsDue.value) return null;
  const { link } = flow;
  const steps = stepsOf(link);
  const step = steps.indexOf(flow.step.value) + 1;
  return (
    <main class="entry">
      <div class="entry-inner">
        <p class="entry-whose">
          <Avatar link={link} />
          <bdi>{link.title ?? link.agentName}</bdi>
        </p>
        {step > 0 && steps.length > 1 && <p class="entry-step">{d("step", { step, count: steps.length })}</p>}
        <CurrentStep flow={flow} heading="h1" />
        <Operator link={link} />
      </div>
    </main>
  );
}

/** The current step in place of the message field: the conversation above stays readable. */
export function StepCard({ flow }: { flow: EntryFlow }) {
  if (entryTextsDue.value) return null;
  return (
    <section class="ended entry-card" id="compose" tabIndex={-1} aria-labelledby="entry-title">
      <CurrentStep flow={flow} heading="h2" />
    </section>
  );
}

interface StepProps {
  flow: EntryFlow;
  heading: "h1" | "h2";
}

function CurrentStep({ flow, heading }: StepProps) {
  const props = { flow, heading };
  switch (flow.step.value) {
    case "pin":
      return <PinStep {...props} />;
    case "consent":
      return <ConsentStep {...props} />;
    case "declined":
      return <DeclinedStep {...props} />;
    case "email":
      return <EmailStep {...props} />;
    case "code":
      return <CodeStep {...props} />;
    case "pending":
      return <PendingStep {...props} />;
    case "enter":
      return <Entering {...props} />;
  }
}

function PinStep({ flow, heading }: StepProps) {
  const problem = flow.problem.value;
  const words = problem?.type === "missing" ? d("pinMissing") : problem?.type === "wrong" ? d("pinWrong") : null;
  return (
    <>
      <StepTitle heading={heading} text={d("pinTitle")} focus={false} />
      <StepForm
        flow={flow}
        explain={d("pinBody")}
        label={d("pinLabel")}
        problem={words}
        submit={d("next")}
        busy={d("confirming")}
        input={{ autocomplete: "off", autocapitalize: "none", spellcheck: false, maxLength: 64, dir: "auto" }}
        onSubmit={(value) => void flow.givePin(value)}
      />
    </>
  );
}

function ConsentStep({ flow, heading }: StepProps) {
  return (
    <>
      <StepTitle heading={heading} text={d("consentTitle")} />
      <p class="entry-explain">{d("consentBody")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls in its box, by keyboard as well */}
      <section class="entry-terms" tabIndex={0} aria-label={d("consentTitle")}>
        <MarkdownText text={flow.link.consentText ?? ""} streaming={false} />
      </section>
      <div class="entry-actions">
        <button type="button" class="button primary" disabled={flow.busy.value} onClick={() => void flow.agree()}>
          {d("agree")}
        </button>
        <button type="button" class="button quiet" disabled={flow.busy.value} onClick={() => flow.decline()}>
          {d("disagree")}
        </button>
      </div>
      <StepStatus flow={flow} />
    </>
  );
}

function DeclinedStep({ flow, heading }: StepProps) {
  return (
    <>
      <StepTitle heading={heading} text={d("declinedTitle")} />
      <p class="entry-explain">{d("declinedBody")}</p>
      <div class="entry-actions">
        <button type="button" class="button quiet" onClick={() => flow.readAgain()}>
          {d("readAgain")}
        </button>
      </div>
    </>
  );
}

function EmailStep({ flow, heading }: StepProps) {
  const explain = flow.again
    ? d("againBody")
    : `${d("emailBody")}${flow.link.needsApproval ? ` ${d("approvalBody")}` : ""}`;
  return (
    <>
      <StepTitle heading={heading} text={d(flow.again ? "againTitle" : "emailTitle")} focus={false} />
      <StepForm
        flow={flow}
        explain={explain}
        label={d("emailLabel")}
        problem={flow.problem.value?.type === "missing" ? d("emailMissing") : null}
        submit={d("sendCode")}
        busy={t("sending")}
        initial={flow.email.value}
        input={{ type: "email", autocomplete: "email", inputMode: "email", maxLength: 254, dir: "ltr" }}
        onSubmit={(value) => void flow.sendCode(value)}
      />
    </>
  );
}

function PendingStep({ flow, heading }: StepProps) {
  return (
    <>
      <StepTitle heading={heading} text={d("pendingTitle")} />
      <p class="entry-explain">{d("pendingBody", { email: flow.email.value })}</p>
      <div class="entry-actions">
        <button type="button" class="button primary" disabled={flow.busy.value} onClick={() => void flow.checkAgain()}>
          {flow.busy.value ? d("confirming") : d("checkAgain")}
        </button>
      </div>
      <StepStatus flow={flow} />
    </>
  );
}

const LONG_CHECK_MS = 8_000;

/** The visitor is entering: the browser is checked where the link asks for it, and the session is created. */
function Entering({ flow, heading }: StepProps) {
  const [long, setLong] = useState(false);
  const checking = flow.checking.value;
  useEffect(() => {
    if (!checking) return setLong(false);
    const timer = setTimeout(() => setLong(true), LONG_CHECK_MS);
    return () => clearTimeout(timer);
  }, [checking]);
  if (flow.problem.value) {
    return (
      <>
        <StepTitle heading={heading} text={d("unproven")} />
        <div class="entry-actions">
          <button type="button" class="button primary" onClick={() => void flow.start()}>
            {d("retry")}
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <StepTitle heading={heading} text={checking ? d("checkingTitle") : d("entering")} />
      <div class="loading" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <p class="entry-explain">{checking && d("checkingBody")}</p>
      <p class="entry-explain" role="status">
        {checking && long && d("checkingLong")}
      </p>
    </>
  );
}

/** Progress and problems, for steps without a field of their own. */
function StepStatus({ flow, children }: { flow: EntryFlow; children?: ComponentChildren }) {
  const problem = flow.problem.value;
  return (
    <div class="entry-status">
      <p role="status">
        {flow.checking.value ? d("checkingTitle") : problem?.type === "undecided" ? d("undecided") : children}
      </p>
      <p role="alert" class="entry-problem">
        {problem?.type === "unreachable" && d("unreachable")}
        {problem?.type === "unproven" && d("unproven")}
      </p>
    </div>
  );
}
