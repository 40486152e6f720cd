import { Field } from "../parts/field.js";
import { AUDIENCES, type LinkValues } from "./link-form.js";

interface AudienceFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  onChange(name: string, value: string): void;
}

/** Whom a link is for, which decides how many conversations it has; the number itself is asked for where it is a choice. */
export function AudienceField({ values, wrong, onChange }: AudienceFieldProps) {
  const choose = (value: string): void => {
    onChange("audience", value);
    onChange("max_sessions", AUDIENCES.find((audience) => audience.value === value)?.sessions ?? "1");
  };
  return (
    <Field
      name="audience"
      label="For whom"
      help="One person may open it on several devices; their conversation begins with the first message."
      problem={values.audience === "several" ? undefined : wrong.max_sessions}
    >
      {(control) => (
        <select
          {...control}
          className="input"
          value={values.audience}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {AUDIENCES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
