import { Checkbox } from "../ui/choices.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { format, type LinkField } from "./link-field.js";
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
  const shared = {
    ...{ name, label, help: helpOf(field), error: wrong[name], value: values[name] ?? "" },
    ...(placeholder === undefined ? {} : { placeholder }),
    onChange: (value: string) => onChange(name, value),
  };
  switch (field.type) {
    case "check":
      return (
        <div data-wide>
          <Checkbox
            {...shared}
            value={shared.value === "yes"}
            onChange={(checked) => onChange(name, checked ? "yes" : "")}
          />
        </div>
      );
    case "choice":
      return <Select {...shared} options={field.options} />;
    case "number":
      return <TextField {...shared} inputMode={field.decimals ? "decimal" : "numeric"} />;
    case "text":
      return <TextField {...shared} type={field.input ?? "text"} maxLength={field.maxLength} />;
    case "list":
      return <TextArea {...shared} rows={2} mono={!field.lines} />;
    case "paragraph":
      return (
        <div data-wide>
          <TextArea {...shared} rows={field.rows ?? 3} maxLength={field.maxLength} />
        </div>
      );
  }
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
