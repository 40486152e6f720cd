import type { JSX, ReactNode } from "react";

interface FieldProps {
  /** Name of the member in the request body; also the id of the control. */
  name: string;
  label: string;
  help?: ReactNode;
  problem?: string | undefined;
  children(control: { id: string; "aria-describedby": string; "aria-invalid": boolean }): JSX.Element;
}

/** A control with its label, what may stand in it, and what is wrong with what stands there. */
export function Field({ name, label, help, problem, children }: FieldProps) {
  const id = `field-${name}`;
  const control = { id, "aria-describedby": `${id}-help ${id}-problem`, "aria-invalid": problem !== undefined };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(control)}
      <p id={`${id}-help`} className="help">
        {help}
      </p>
      <p id={`${id}-problem`} className="field-problem">
        {problem}
      </p>
    </div>
  );
}

/** Puts the focus into the first field that is wrong, when there is one. */
export function focusFirst(wrong: Record<string, string>): void {
  requestAnimationFrame(() => {
    const controls = Object.keys(wrong).flatMap((name) => document.getElementById(`field-${name}`) ?? []);
    const [first] = controls.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1));
    // A field may be folded away.
    const fold = first?.closest("details");
    if (fold) fold.open = true;
    first?.focus();
  });
}
