import { Select } from "../ui/select.js";
import { TextField } from "../ui/text-field.js";
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
      <Select
        label="Stops working"
        help="After this moment nobody can write, also in running conversations."
        error={wrong.expiry}
        options={EXPIRIES}
        value={values.expiry ?? ""}
        onChange={(value) => onChange("expiry", value)}
      />
      {values.expiry === "hours" && <PlainField field={HOURS} values={values} wrong={wrong} onChange={onChange} />}
      {values.expiry === "at" && (
        <TextField
          label="Date and time"
          help="In the time of this computer; must be in the future."
          error={wrong.expires_at}
          type="datetime-local"
          value={values.expires_at ?? ""}
          onChange={(value) => onChange("expires_at", value)}
        />
      )}
    </>
  );
}
