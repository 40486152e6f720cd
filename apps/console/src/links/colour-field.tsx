import { sixDigits } from "@parley/web-kit";
import { TextField } from "../ui/text-field.js";
import type { LinkValues } from "./link-form.js";
import styles from "./links.module.css";

interface ColourFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  onChange(name: string, value: string): void;
}

const NAME = "branding.accent";
/** What the picker stands on while there is no colour: the page's own. */
const OWN = "#0f6b60";

/** A colour to pick or to type; empty = the page's own. */
export function ColourField({ values, wrong, onChange }: ColourFieldProps) {
  const value = values[NAME] ?? "";
  return (
    <div className={styles.colour}>
      <input
        className={styles.swatch}
        type="color"
        aria-label="Pick a colour"
        value={sixDigits(value) ?? OWN}
        onChange={(event) => onChange(NAME, event.currentTarget.value)}
      />
      <TextField
        label="Colour"
        help="Such as #0f6b60. The page darkens or lightens it where text would be hard to read."
        error={wrong[NAME]}
        mono
        maxLength={7}
        placeholder={OWN}
        value={value}
        onChange={(colour) => onChange(NAME, colour)}
      />
    </div>
  );
}
