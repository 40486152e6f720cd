import { sixDigits } from "@parley/web-kit";
import type { LinkValues } from "./link-form.js";
import { Field } from "../parts/field.js";

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
        <div class="colour">
          <input
            class="swatch"
            type="color"
            aria-label="Pick a colour"
            value={sixDigits(value) ?? OWN}
            onInput={(event) => onChange(NAME, event.currentTarget.value)}
          />
          <input
            {...control}
            class="input mono"
            maxLength={7}
            placeholder={OWN}
            autocapitalize="off"
            autocomplete="off"
            spellcheck={false}
            value={value}
            onInput={(event) => onChange(NAME, event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  );
}
