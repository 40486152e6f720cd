import { useRef, useState } from "react";
import { Buttons, Fields } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { Field } from "../ui/field.js";
import { FileButton } from "../ui/file-button.js";
import { FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextField } from "../ui/text-field.js";
import type { LinkForm } from "./link-form.js";
import { isInlineLogo, LOGO_TYPES, logoOf } from "./logo-image.js";
import { LogoPicture } from "./logo-picture.js";

/** A logo from a file, which becomes part of the link; or the URL of one, which is only passed on. */
export function LogoField({ form }: { form: LinkForm }) {
  return (
    <FormField form={form} name="branding/logo">
      {({ value, error, onChange }) => <Logo logo={value} error={error} onChange={onChange} />}
    </FormField>
  );
}

interface LogoProps {
  logo: string;
  error: string | null | undefined;
  onChange(logo: string): void;
}

function Logo({ logo, error, onChange }: LogoProps) {
  const inline = isInlineLogo(logo);
  const latest = useRef(0);
  const [refused, setRefused] = useState<string | null>(null);
  const take = async (file: File): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    const taken = await logoOf(file);
    // Another one was chosen meanwhile, or the logo was removed.
    if (mine !== latest.current) return;
    setRefused(taken.type === "ok" ? null : taken.problem);
    if (taken.type === "ok") onChange(taken.url);
    notify.good(taken.type === "ok" ? "The logo is in the form." : `“${file.name}” ${taken.problem}.`);
  };
  const remove = (): void => {
    latest.current += 1;
    setRefused(null);
    onChange("");
    notify.good("The logo is taken out of the form.");
  };
  return (
    <Fields>
      <Field
        label="Logo"
        native={false}
        help="PNG, JPEG, WebP or GIF. Shown instead of the initial, on white, scaled to at most 128 × 128."
        error={refused ?? (inline ? error : undefined)}
      >
        <Buttons>
          {inline && <LogoPicture logo={logo} initial="?" />}
          <FileButton
            label={inline ? "Choose another logo" : "Choose a logo"}
            accept={LOGO_TYPES.join(",")}
            onFiles={([file]) => file && void take(file)}
          />
          {inline && (
            <Button
              onClick={({ currentTarget }) => {
                // This button disappears with the logo; the first one stays.
                currentTarget.parentElement?.querySelector("button")?.focus();
                remove();
              }}
            >
              Remove the logo
            </Button>
          )}
        </Buttons>
      </Field>
      {!inline && (
        <TextField
          label="Or the address of a logo"
          help="For your own pages. Parley’s chat page loads nothing from other hosts and shows the initial."
          error={error}
          type="url"
          maxLength={4_096}
          value={logo}
          onChange={onChange}
        />
      )}
    </Fields>
  );
}
