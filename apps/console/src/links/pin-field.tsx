import { Fields } from "../ui/block.js";
import { Checkbox } from "../ui/choices.js";
import { FormField } from "../ui/form.js";
import { TextField } from "../ui/text-field.js";
import type { LinkForm } from "./link-form.js";

const NEW = "4 to 64 characters; six or more are worth it. It is stored as a hash, so note it down.";
const SET = "This link has a PIN. Leave it empty to keep it, or type a new one; newcomers are asked for it at once.";

/** A PIN is never shown again: it can be set, replaced and removed. */
export function PinField({ form, pinSet = false }: { form: LinkForm; pinSet?: boolean }) {
  const removing = form.watch("pin_remove") === "yes";
  return (
    <Fields>
      <FormField form={form} name="pin">
        {(bound) => (
          <TextField
            label={pinSet ? "New PIN" : "PIN"}
            help={pinSet ? SET : NEW}
            mono
            maxLength={64}
            {...bound}
            disabled={removing}
            value={removing ? "" : bound.value}
          />
        )}
      </FormField>
      {pinSet && (
        <FormField form={form} name="pin_remove">
          {({ onChange }) => (
            <Checkbox label="Take the PIN away" value={removing} onChange={(on) => onChange(on ? "yes" : "")} />
          )}
        </FormField>
      )}
    </Fields>
  );
}
