import { Field } from "../parts/field.js";
import type { LinkValues } from "./link-form.js";

interface PinFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  pinSet?: boolean;
  onChange(name: string, value: string): void;
}

/** A PIN is never shown again: it can be set, replaced and taken away. */
export function PinField({ values, wrong, pinSet = false, onChange }: PinFieldProps) {
  const removing = values.pin_remove === "yes";
  const help = pinSet
    ? "This link has a PIN. Leave it empty to keep it, or type a new one; newcomers are asked for it at once."
    : "4 to 64 characters; six or more are worth it. It is stored as a hash, so note it down.";
  return (
    <div className="form-stack">
      <Field name="pin" label={pinSet ? "New PIN" : "PIN"} help={help} problem={wrong.pin}>
        {(control) => (
          <input
            {...control}
            className="input mono"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={64}
            disabled={removing}
            value={removing ? "" : values.pin}
            onChange={(event) => onChange("pin", event.currentTarget.value)}
          />
        )}
      </Field>
      {pinSet && (
        <label className="check">
          <input
            type="checkbox"
            checked={removing}
            onChange={(event) => onChange("pin_remove", event.currentTarget.checked ? "yes" : "")}
          />
          <span>Take the PIN away</span>
        </label>
      )}
    </div>
  );
}
