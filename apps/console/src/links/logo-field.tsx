import { useRef, useState } from "react";
import { Field } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import type { LinkValues } from "./link-form.js";
import { isInlineLogo, LOGO_TYPES, logoOf } from "./logo-image.js";
import { LogoPicture } from "./logo-picture.js";

interface LogoFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  onChange(name: string, value: string): void;
}

const NAME = "branding.logo";

/** A logo from a file, which becomes part of the link; or the address of one, which is only told. */
export function LogoField({ values, wrong, onChange }: LogoFieldProps) {
  const logo = values[NAME] ?? "";
  const inline = isInlineLogo(logo);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(0);
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (file: File): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    const taken = await logoOf(file);
    // Meanwhile another one was chosen, or the logo taken away.
    if (mine !== latest.current) return;
    setRefused(taken.type === "ok" ? null : taken.problem);
    if (taken.type === "ok") onChange(NAME, taken.url);
    notify.good(taken.type === "ok" ? "The logo is in the form." : `“${file.name}” ${taken.problem}.`);
  };
  const remove = (): void => {
    latest.current += 1;
    setRefused(null);
    onChange(NAME, "");
    if (input.current) input.current.value = "";
    // The button goes away with the logo.
    input.current?.focus();
    notify.good("The logo is taken out of the form.");
  };
  return (
    <div className="form-stack">
      <Field
        name={NAME}
        label="Logo"
        help="PNG, JPEG, WebP or GIF. In place of the initial, on white, drawn to at most 128 × 128."
        problem={refused ?? (inline ? wrong[NAME] : undefined)}
      >
        {(control) => (
          <div className="logo-choice">
            {inline && <LogoPicture logo={logo} initial="?" />}
            <input
              {...control}
              ref={input}
              className="file"
              type="file"
              accept={LOGO_TYPES.join(",")}
              onClick={(event) => {
                // The same file may be chosen again after it was changed.
                event.currentTarget.value = "";
              }}
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                if (file) void take(file);
              }}
            />
            {inline && (
              <button type="button" className="button quiet small" onClick={remove}>
                Remove the logo
              </button>
            )}
          </div>
        )}
      </Field>
      {!inline && (
        <Field
          name={`${NAME}.address`}
          label="Or the address of a logo"
          help="Told to pages of your own. Parley’s chat page loads nothing from elsewhere and shows the initial."
          problem={wrong[NAME]}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              inputMode="url"
              maxLength={4_096}
              value={logo}
              onChange={(event) => onChange(NAME, event.currentTarget.value)}
            />
          )}
        </Field>
      )}
    </div>
  );
}
