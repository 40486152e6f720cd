import { useState } from "react";
import type { TriedAgent } from "../../api/try-calls.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { notify } from "../../ui/notify.js";
import { TextField } from "../../ui/text-field.js";
import type { Draft } from "../draft.js";
import { useEdits } from "../use-edits.js";
import styles from "./try.module.css";

interface AddTestProps {
  draft: Draft;
  test: TriedAgent["test"];
  onClose(): void;
}

/** Adds the conversation to the tests of the draft, as it went. */
export function AddTestDialog({ draft, test, onClose }: AddTestProps) {
  const edit = useEdits(draft);
  const [name, setName] = useState(test.name);
  const add = async (): Promise<void> => {
    if (!(await edit([{ do: "addTest", test: { ...test, name: name.trim() } }]))) return;
    notify.good("The draft has the test. Publish it to have it run.");
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make this a test"
      description="It says what you said and expects what the agent did: the way, the words and the variables. Answers of models and servers are kept in it, so it costs nothing to run."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={name.trim() === ""} onClick={() => void add()}>
            Add to the draft
          </Button>
        </>
      }
    >
      <TextField label="Name" maxLength={200} value={name} onChange={setName} />
      <ol className={styles.steps}>
        {test.steps.map(({ say, event, expect }, index) => (
          <li key={String(index)}>
            “{say ?? event}” leads to {expect?.node}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
