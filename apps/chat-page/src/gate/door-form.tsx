import type { InputHTMLAttributes } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { d, timeOf } from "./door-text.js";
import type { Gate } from "./gate.js";

interface DoorFormProps {
  gate: Gate;
  explain: string;
  label: string;
  hint?: string;
  /** What is wrong with the value itself; null = nothing. */
  problem: string | null;
  submit: string;
  busy: string;
  initial?: string;
  input: InputHTMLAttributes<HTMLInputElement>;
  /** Turns what was typed into what stands in the field. */
  accept?(typed: string): string;
  /** Taken without a press of the button as soon as it is complete. */
  complete?(value: string): boolean;
  onSubmit(value: string): void;
}

/** One field and one button. What is wrong is said at the field, read out once, and the field takes the focus again. */
export function DoorForm(props: DoorFormProps) {
  const { gate, explain, label, hint, problem, accept, complete } = props;
  const field = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState(props.initial ?? "");
  const words = problem ?? problemOf(gate);
  const wrong = problem !== null;
  useEffect(() => field.current?.focus(), []);
  const current = gate.problem.value;
  useEffect(() => {
    if (!current) return;
    field.current?.focus();
    if (wrong) field.current?.select();
  }, [current, wrong]);
  const onInput = (typed: string): void => {
    const next = accept ? accept(typed) : typed;
    // A refused letter leaves the state as it was, but not the field.
    if (field.current) field.current.value = next;
    const fresh = next !== value;
    setValue(next);
    if (fresh && complete?.(next)) props.onSubmit(next);
  };
  const describedBy = ["door-explain", hint && "door-hint", words && "door-error"].filter(Boolean).join(" ");
  return (
    <form
      class="door-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit(value);
      }}
    >
      <p id="door-explain" class="door-explain">
        {explain}
      </p>
      <label class="door-label" for="door-field">
        {label}
      </label>
      <input
        id="door-field"
        class="door-field"
        ref={field}
        value={value}
        aria-describedby={describedBy}
        aria-invalid={wrong ? "true" : "false"}
        required
        {...props.input}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id="door-error" class="door-problem" role="alert">
        {words}
      </p>
      {hint && (
        <p id="door-hint" class="door-hint">
          {hint}
        </p>
      )}
      <div class="door-actions">
        {/* Never disabled: the focus would be lost with it. A second press does nothing. */}
        <button type="submit" class="button primary" aria-disabled={gate.busy.value}>
          {gate.busy.value ? props.busy : props.submit}
        </button>
      </div>
      <p class="door-hint" role="status">
        {gate.checking.value && d("checkingTitle")}
      </p>
    </form>
  );
}

function problemOf(gate: Gate): string | null {
  const problem = gate.problem.value;
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
