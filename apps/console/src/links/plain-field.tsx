import { Checkbox } from "../ui/choices.js";
import { FormField } from "../ui/form.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { format, type LinkField } from "./link-field.js";
import type { LinkForm } from "./link-form.js";

interface PlainFieldProps {
  field: Exclude<LinkField, { type: "special" }>;
  form: LinkForm;
  placeholder?: string | undefined;
}

/** A field that needs no control of its own. */
export function PlainField({ field, form, placeholder }: PlainFieldProps) {
  const shown = { label: field.label, help: helpOf(field), ...(placeholder === undefined ? {} : { placeholder }) };
  return (
    <FormField form={form} name={field.name}>
      {(bound) => {
        switch (field.type) {
          case "check":
            return (
              <div data-wide>
                <Checkbox
                  {...shown}
                  {...bound}
                  value={bound.value === "yes"}
                  onChange={(checked) => bound.onChange(checked ? "yes" : "")}
                />
              </div>
            );
          case "choice":
            return <Select {...shown} {...bound} options={field.options} />;
          case "number":
            return <TextField {...shown} {...bound} inputMode={field.decimals ? "decimal" : "numeric"} />;
          case "text":
            return <TextField {...shown} {...bound} type={field.input ?? "text"} maxLength={field.maxLength} />;
          case "list":
            return <TextArea {...shown} {...bound} rows={2} mono={!field.lines} />;
          case "paragraph":
            return (
              <div data-wide>
                <TextArea {...shown} {...bound} rows={field.rows ?? 3} maxLength={field.maxLength} />
              </div>
            );
        }
      }}
    </FormField>
  );
}

function helpOf(field: PlainFieldProps["field"]): string | undefined {
  switch (field.type) {
    case "number": {
      const unit = field.unit === undefined ? "" : ` ${field.unit}`;
      // A minimum just above zero means nothing to a reader.
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
