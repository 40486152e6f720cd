import { Fields } from "../ui/block.js";
import { Checkbox } from "../ui/choices.js";
import { TextField } from "../ui/text-field.js";
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
  return (
    <Fields>
      <TextField
        label={pinSet ? "New PIN" : "PIN"}
        help={
          pinSet
            ? "This link has a PIN. Leave it empty to keep it, or type a new one; newcomers are asked for it at once."
            : "4 to 64 characters; six or more are worth it. It is stored as a hash, so note it down."
        }
        error={wrong.pin}
        mono
        maxLength={64}
        disabled={removing}
        value={removing ? "" : (values.pin ?? "")}
        onChange={(pin) => onChange("pin", pin)}
      />
      {pinSet && (
        <Checkbox
          label="Take the PIN away"
          value={removing}
          onChange={(on) => onChange("pin_remove", on ? "yes" : "")}
        />
      )}
    </Fields>
  );
}
