import { plural } from "../sessions/session-rows.js";
import { FieldGroup, Note } from "../ui/block.js";
import { FormField } from "../ui/form.js";
import { TextArea } from "../ui/text-field.js";
import type { LinkForm } from "./link-form.js";
import { MAX_RECIPIENTS, type Recipient } from "./recipients.js";

/** The pasted list of people, and how many of them were understood. */
export function RecipientsField({ form, people }: { form: LinkForm; people: Recipient[] }) {
  const addresses = people.filter(({ email }) => email !== undefined).length;
  return (
    <FieldGroup title="For whom">
      <FormField form={form} name="recipients">
        {(bound) => (
          <TextArea
            label="People"
            help={`One per line, at most ${MAX_RECIPIENTS}: a name, an address, or both. Paste from a spreadsheet or an address field.`}
            mono
            rows={6}
            placeholder={"Ada Lovelace, ada@example.com\nBo <bo@example.com>\nCharles"}
            {...bound}
          />
        )}
      </FormField>
      {people.length > 0 && (
        <Note role="status">
          {plural(people.length, "person").replace("persons", "people")} found, {addresses} with an address.
        </Note>
      )}
    </FieldGroup>
  );
}
