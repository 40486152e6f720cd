import { FormField } from "../ui/form.js";
import { Select } from "../ui/select.js";
import { TextField } from "../ui/text-field.js";
import { EXPIRIES, HOURS, type LinkForm } from "./link-form.js";
import { PlainField } from "./plain-field.js";

/** When a link expires: never, after some time, or at a set time. */
export function ExpiryFields({ form }: { form: LinkForm }) {
  const expiry = form.watch("expiry");
  return (
    <>
      <FormField form={form} name="expiry">
        {(bound) => (
          <Select
            label="Stops working"
            help="After this time nobody can write, even in running conversations."
            options={EXPIRIES}
            {...bound}
          />
        )}
      </FormField>
      {expiry === "hours" && <PlainField field={HOURS} form={form} />}
      {expiry === "at" && (
        <FormField form={form} name="expires_at">
          {(bound) => (
            <TextField
              label="Date and time"
              help="In the time of this computer; must be in the future."
              type="datetime-local"
              {...bound}
            />
          )}
        </FormField>
      )}
    </>
  );
}
