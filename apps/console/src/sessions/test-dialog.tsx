import { useMemo } from "react";
import { useMayEdit } from "../agents/for-editors.js";
import { useAddTest } from "../agents/use-add-test.js";
import type { SessionTest } from "../api/session-calls.js";
import { Button } from "../ui/button.js";
import { CopyButton } from "../ui/copy-button.js";
import { Dialog } from "../ui/dialog.js";
import { notify } from "../ui/notify.js";
import { Trouble } from "../ui/trouble.js";
import styles from "./session.module.css";

/** A session as a test of its agent: to read, to download, or to add to the user's own draft of the agent. */
export function TestDialog({ made, onClose }: { made: SessionTest; onClose(): void }) {
  const add = useAddTest(made.agent);
  const mayEdit = useMayEdit() === true;
  const text = useMemo(() => JSON.stringify(made.test, null, 2), [made.test]);
  const run = async (): Promise<void> => {
    if (!(await add.run(made.test))) return;
    notify.good("Your draft of the agent has the test. Publish it to have it run.");
    onClose();
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="A test of this session"
      description="It says what the visitor said and expects what the agent did, or should have said. What identifies a person is taken out."
      actions={
        <>
          <CopyButton text={text} what="the test" label="Copy the test" />
          {mayEdit && (
            <Button look="primary" busy={add.busy} onClick={() => void run()}>
              Add to my draft
            </Button>
          )}
        </>
      }
    >
      {made.notes.length > 0 && (
        <ul className={styles.testNotes}>
          {made.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <pre className={styles.test}>{text}</pre>
      <Trouble>{add.trouble}</Trouble>
    </Dialog>
  );
}
