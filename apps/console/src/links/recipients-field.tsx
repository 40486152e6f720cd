import { Field } from "../parts/field.js";
import { plural } from "../sessions/session-rows.js";
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
    <fieldset>
      <legend>For whom</legend>
      <Field
        name="recipients"
        label="People"
        help={`One per line, at most ${MAX_RECIPIENTS}: a name, an address, or both. Paste from a spreadsheet or an address field.`}
        problem={problem}
      >
        {(control) => (
          <textarea
            {...control}
            className="input mono"
            rows={6}
            spellCheck={false}
            placeholder={"Ada Lovelace, ada@example.com\nBo <bo@example.com>\nCharles"}
            value={list}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </Field>
      {people.length > 0 && (
        <p className="help" role="status">
          {plural(people.length, "person").replace("persons", "people")} found, {addresses} with an address.
        </p>
      )}
    </fieldset>
  );
}
