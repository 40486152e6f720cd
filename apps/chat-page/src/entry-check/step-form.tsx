import type { InputHTMLAttributes } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { EntryFlow } from "./entry-flow.js";
import { d, timeOf } from "./entry-text.js";

interface StepFormProps {
  flow: EntryFlow;
  explain: string;
  label: string;
  hint?: string;
  /** What is wrong with the value itself; null = nothing. */
  problem: string | null;
  submit: string;
  busy: string;
  initial?: string;
  input: InputHTMLAttributes<HTMLInputElement>;
  /** Turns the typed text into the value of the field. */
  accept?(typed: string): string;
  /** Submitted without a press of the button as soon as it is complete. */
  complete?(value: string): boolean;
  onSubmit(value: string): void;
}

/** One field and one button. A problem is shown at the field, read out once, and the field gets the focus again. */
export function StepForm(props: StepFormProps) {
  const { flow, explain, label, hint, problem, accept, complete } = props;
  const field = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState(props.initial ?? "");
  const words = problem ?? problemOf(flow);
  const wrong = problem !== null;
  useEffect(() => field.current?.focus(), []);
  const current = flow.problem.value;
  useEffect(() => {
    if (!current) return;
    field.current?.focus();
    if (wrong) field.current?.select();
  }, [current, wrong]);
  const onInput = (typed: string): void => {
    const next = accept ? accept(typed) : typed;
    // A rejected character leaves the state as it was, but not the field.
    if (field.current) field.current.value = next;
    const fresh = next !== value;
    setValue(next);
    if (fresh && complete?.(next)) props.onSubmit(next);
  };
  const describedBy = ["entry-explain", hint && "entry-hint", words && "entry-error"].filter(Boolean).join(" ");
  return (
    <form
      class="entry-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit(value);
      }}
    >
      <p id="entry-explain" class="entry-explain">
        {explain}
      </p>
      <label class="entry-label" for="entry-field">
        {label}
      </label>
      <input
        id="entry-field"
        class="entry-field"
        ref={field}
        value={value}
        aria-describedby={describedBy}
        aria-invalid={wrong ? "true" : "false"}
        required
        {...props.input}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id="entry-error" class="entry-problem" role="alert">
        {words}
      </p>
      {hint && (
        <p id="entry-hint" class="entry-hint">
          {hint}
        </p>
      )}
      <div class="entry-actions">
        {/* Never disabled: the focus would be lost with it. A second press does nothing. */}
        <button type="submit" class="button primary" aria-disabled={flow.busy.value}>
          {flow.busy.value ? props.busy : props.submit}
        </button>
      </div>
      <p class="entry-hint" role="status">
        {flow.checking.value && d("checkingTitle")}
      </p>
    </form>
  );
}

function problemOf(flow: EntryFlow): string | null {
  const problem = flow.problem.value;
  switch (problem?.type) {
    case "held":
      return d("held", { time: timeOf(problem.until, "up") });
    case "unreachable":
      return d("unreachable");
    case "unproven":
      return d("unproven");
    default:
      return null;
  }
}
