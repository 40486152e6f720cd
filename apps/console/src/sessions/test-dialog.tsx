import { useMemo, useState } from "react";
import { useApi } from "../api/api-context.js";
import type { Answer } from "../api/call.js";
import type { SessionTest } from "../api/session-calls.js";
import { announce } from "../app/announcement.js";
import { Button } from "../ui/button.js";
import { CopyButton } from "../ui/copy-button.js";
import { Dialog } from "../ui/dialog.js";
import { Trouble } from "../ui/trouble.js";
import styles from "./session.module.css";

/** A session as a test of its agent: to be read, taken away, or put into the agent's document as a version that is not live. */
export function TestDialog({ made, agent, onClose }: { made: SessionTest; agent: string | null; onClose(): void }) {
  const add = useAddTest(made, agent);
  const text = useMemo(() => JSON.stringify(made.test, null, 2), [made.test]);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="A test of this session"
      description="It says what the visitor said and expects what the agent did. What identifies a person is taken out."
      actions={
        <>
          <CopyButton text={text} what="the test" label="Copy the test" />
          {agent !== null && (
            <Button look="primary" busy={add.busy} onClick={() => void add.run().then((done) => done && onClose())}>
              Add it to the agent
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

/** Adds the test to the document of the session's version, as a new version that nobody talks to yet. */
function useAddTest({ test, version }: SessionTest, agent: string | null) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const failed = (answer: Exclude<Answer<unknown>, { type: "ok" }>): false => {
    setBusy(false);
    setTrouble(answer.detail);
    return false;
  };
  const run = async (): Promise<boolean> => {
    if (agent === null || busy) return false;
    setBusy(true);
    const known = await api.agent(agent);
    if (known.type !== "ok") return failed(known);
    const exported = await api.exportVersion(agent, known.value.active_version ?? version);
    if (exported.type !== "ok") return failed(exported);
    const document = JSON.stringify(withTest(exported.value, test));
    const notes = "With a test made of a session";
    const imported = await api.importAgent(agent, { document, dryRun: false, activate: false, notes });
    if (imported.type !== "ok") return failed(imported);
    setBusy(false);
    announce(`Version ${imported.value.version} of the agent has the test. It is not live.`);
    return true;
  };
  return { busy, trouble, run };
}

function withTest(document: unknown, test: Record<string, unknown>): unknown {
  if (typeof document !== "object" || document === null) return document;
  const tests = "tests" in document && Array.isArray(document.tests) ? document.tests : [];
  return { ...document, tests: [...tests, test] };
}
