import { sixDigits } from "@parley/web-kit";
import { Field } from "../parts/field.js";
import type { LinkValues } from "./link-form.js";

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
    <Field
      name={NAME}
      label="Colour"
      help="Such as #0f6b60. The page darkens or lightens it where text would be hard to read."
      problem={wrong[NAME]}
    >
      {(control) => (
        <div className="colour">
          <input
            className="swatch"
            type="color"
            aria-label="Pick a colour"
            value={sixDigits(value) ?? OWN}
            onChange={(event) => onChange(NAME, event.currentTarget.value)}
          />
          <input
            {...control}
            className="input mono"
            maxLength={7}
            placeholder={OWN}
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(NAME, event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  );
}
