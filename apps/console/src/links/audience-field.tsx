import { FormField } from "../ui/form.js";
import { Select } from "../ui/select.js";
import { AUDIENCES, type LinkForm } from "./link-form.js";

/** Who a link is for, which decides its number of conversations; the number itself is asked for where it is a choice. */
export function AudienceField({ form }: { form: LinkForm }) {
  const { max_sessions: wrong } = form.formState.errors;
  return (
    <FormField form={form} name="audience">
      {(bound) => (
        <Select
          label="For whom"
          help="One person may open it on several devices; their conversation begins with the first message."
          options={AUDIENCES}
          {...bound}
          error={bound.value === "several" ? undefined : wrong?.message}
          onChange={(value) => {
            bound.onChange(value);
            form.setValue("max_sessions", AUDIENCES.find((audience) => audience.value === value)?.sessions ?? "1");
          }}
        />
      )}
    </FormField>
  );
}
