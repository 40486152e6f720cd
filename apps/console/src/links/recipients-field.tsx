import { plural } from "../sessions/session-rows.js";
import { FieldGroup, Note } from "../ui/block.js";
import { TextArea } from "../ui/text-field.js";
import { MAX_RECIPIENTS, type Recipient } from "./recipients.js";

interface RecipientsFieldProps {
  list: string;
  people: Recipient[];
  problem: string | undefined;
  onChange(list: string): void;
}

/** The list of people, pasted from wherever it is kept, and how many of them were understood. */
export function RecipientsField({ list, people, problem, onChange }: RecipientsFieldProps) {
  const addresses = people.filter(({ email }) => email !== undefined).length;
  return (
    <FieldGroup title="For whom">
      <TextArea
        label="People"
        help={`One per line, at most ${MAX_RECIPIENTS}: a name, an address, or both. Paste from a spreadsheet or an address field.`}
        error={problem}
        mono
        rows={6}
        placeholder={"Ada Lovelace, ada@example.com\nBo <bo@example.com>\nCharles"}
        value={list}
        onChange={onChange}
      />
      {people.length > 0 && (
        <Note role="status">
          {plural(people.length, "person").replace("persons", "people")} found, {addresses} with an address.
        </Note>
      )}
    </FieldGroup>
  );
}
