import { Field } from "../parts/field.js";
import { EXPIRIES, HOURS, type LinkValues } from "./link-form.js";
import { PlainField } from "./plain-field.js";

interface ExpiryFieldsProps {
  values: LinkValues;
  wrong: Record<string, string>;
  onChange(name: string, value: string): void;
}

/** When a link ends: never, after some time, or at a moment. */
export function ExpiryFields({ values, wrong, onChange }: ExpiryFieldsProps) {
  return (
    <>
      <Field
        name="expiry"
        label="Stops working"
        help="After this moment nobody can write, also in running conversations."
        problem={wrong.expiry}
      >
        {(control) => (
          <select
            {...control}
            className="input"
            value={values.expiry}
            onChange={(event) => onChange("expiry", event.currentTarget.value)}
          >
            {EXPIRIES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {values.expiry === "hours" && <PlainField field={HOURS} values={values} wrong={wrong} onChange={onChange} />}
      {values.expiry === "at" && (
        <Field
          name="expires_at"
          label="Date and time"
          help="In the time of this computer; must be in the future."
          problem={wrong.expires_at}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              type="datetime-local"
              value={values.expires_at}
              onChange={(event) => onChange("expires_at", event.currentTarget.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}
