import { Select } from "../ui/select.js";
import { AUDIENCES, type LinkValues } from "./link-form.js";

interface AudienceFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  onChange(name: string, value: string): void;
}

/** Whom a link is for, which decides how many conversations it has; the number itself is asked for where it is a choice. */
export function AudienceField({ values, wrong, onChange }: AudienceFieldProps) {
  return (
    <Select
      label="For whom"
      help="One person may open it on several devices; their conversation begins with the first message."
      error={values.audience === "several" ? undefined : wrong.max_sessions}
      options={AUDIENCES}
      value={values.audience ?? ""}
      onChange={(value) => {
        onChange("audience", value);
        onChange("max_sessions", AUDIENCES.find((audience) => audience.value === value)?.sessions ?? "1");
      }}
    />
  );
}
