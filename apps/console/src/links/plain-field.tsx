import { Field } from "../parts/field.js";
import { format, type LinkField, type NumberField } from "./link-field.js";
import type { LinkValues } from "./link-form.js";

interface PlainFieldProps {
  field: Exclude<LinkField, { type: "special" }>;
  values: LinkValues;
  wrong: Record<string, string>;
  placeholder?: string | undefined;
  onChange(name: string, value: string): void;
}

/** A field that needs no control of its own. */
export function PlainField({ field, values, wrong, placeholder, onChange }: PlainFieldProps) {
  const { name, label } = field;
  const value = values[name] ?? "";
  if (field.type === "check") return <Check {...{ field, value, onChange }} problem={wrong[name]} />;
  return (
    <div className={field.type === "paragraph" ? "field-wide" : undefined}>
      <Field name={name} label={label} help={helpOf(field)} problem={wrong[name]}>
        {(control) => {
          const shared = {
            ...control,
            class: field.type === "list" && !field.lines ? "input mono" : "input",
            value,
            ...(placeholder === undefined ? {} : { placeholder }),
          };
          switch (field.type) {
            case "number":
              return (
                <input
                  {...shared}
                  {...rangeOf(field)}
                  type="number"
                  onChange={(event) => onChange(name, event.currentTarget.value)}
                />
              );
            case "choice":
              return (
                <select {...shared} onChange={(event) => onChange(name, event.currentTarget.value)}>
                  {field.options.map((option) => (
                    <option key={option.value} value={option.value}>
                      {option.label}
                    </option>
                  ))}
                </select>
              );
            case "text":
              return (
                <input
                  {...shared}
                  inputMode={field.input ?? "text"}
                  maxLength={field.maxLength}
                  onChange={(event) => onChange(name, event.currentTarget.value)}
                />
              );
            default:
              return (
                <textarea
                  {...shared}
                  rows={field.type === "paragraph" ? field.rows : linesOf(value)}
                  {...(field.type === "paragraph" ? { maxLength: field.maxLength } : { spellcheck: false })}
                  onChange={(event) => onChange(name, event.currentTarget.value)}
                />
              );
          }
        }}
      </Field>
    </div>
  );
}

function helpOf(field: PlainFieldProps["field"]): string | undefined {
  switch (field.type) {
    case "number": {
      const unit = field.unit === undefined ? "" : ` ${field.unit}`;
      // The smallest number above nothing says nothing to a reader.
      const range =
        field.min < 1 ? `Up to ${format(field.max)}${unit}.` : `${field.min} to ${format(field.max)}${unit}.`;
      return `${range} ${field.help}`;
    }
    case "text":
    case "paragraph":
      return `${field.help} At most ${format(field.maxLength)} characters.`;
    default:
      return field.help;
  }
}

const rangeOf = ({ min, max, initial, decimals }: NumberField) => ({
  inputMode: decimals ? ("decimal" as const) : ("numeric" as const),
  min,
  max,
  step: decimals ? "any" : 1,
  required: initial !== null,
});

interface CheckProps {
  field: Extract<LinkField, { type: "check" }>;
  value: string;
  problem: string | undefined;
  onChange(name: string, value: string): void;
}

function Check({ field: { name, label, help }, value, problem, onChange }: CheckProps) {
  const id = `field-${name}`;
  return (
    <div className="field-wide">
      <label className="check">
        <input
          id={id}
          type="checkbox"
          aria-describedby={`${id}-help ${id}-problem`}
          checked={value === "yes"}
          onChange={(event) => onChange(name, event.currentTarget.checked ? "yes" : "")}
        />
        <span>{label}</span>
      </label>
      <p id={`${id}-help`} className="help under-check">
        {help}
      </p>
      <p id={`${id}-problem`} className="field-problem">
        {problem}
      </p>
    </div>
  );
}

/** A list shows what stands in it, within bounds. */
const linesOf = (value: string): number => Math.min(6, Math.max(2, value.split("\n").length));
