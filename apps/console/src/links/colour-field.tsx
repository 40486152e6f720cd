import { sixDigits } from "@parley/web-kit";
import { FormField } from "../ui/form.js";
import { TextField } from "../ui/text-field.js";
import type { LinkForm } from "./link-form.js";
import styles from "./links.module.css";

/** The colour that the picker shows when none is set: the page's own. */
const OWN = "#0f6b60";

/** A colour to pick or to type; empty = the page's own. */
export function ColourField({ form }: { form: LinkForm }) {
  return (
    <FormField form={form} name="branding/accent">
      {(bound) => (
        <div className={styles.colour}>
          <input
            className={styles.swatch}
            type="color"
            aria-label="Pick a colour"
            value={sixDigits(bound.value) ?? OWN}
            onChange={(event) => bound.onChange(event.currentTarget.value)}
          />
          <TextField
            label="Colour"
            help="Such as #0f6b60. The page darkens or lightens it where text would be hard to read."
            mono
            maxLength={7}
            placeholder={OWN}
            {...bound}
          />
        </div>
      )}
    </FormField>
  );
}
