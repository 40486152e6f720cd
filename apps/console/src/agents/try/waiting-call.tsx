import { useState } from "react";
import type { TriedStep } from "../../api/try-calls.js";
import { Button } from "../../ui/button.js";
import { NumberField } from "../../ui/number-field.js";
import { TextArea } from "../../ui/text-field.js";
import styles from "./try.module.css";
import type { TryTalk } from "./try-talk.js";

type Waits = NonNullable<TriedStep["waits_for"]>;

/** A call to another server: answered here, or really made. */
export function WaitingCall({ call: { node, method, url }, talk }: { call: Waits; talk: TryTalk }) {
  const [status, setStatus] = useState<number | null>(200);
  const [body, setBody] = useState("{}");
  const answer = { call: "api" as const, node, status: status ?? 200, body };
  return (
    <section className={styles.waiting} aria-label="A call waits for its answer">
      <p>
        <strong>{node}</strong> would ask another server. What does it answer?
      </p>
      <code className={styles.address}>
        {method} {url}
      </code>
      <NumberField label="Status" min={100} max={599} value={status} onChange={setStatus} />
      <TextArea label="Body" mono rows={4} value={body} onChange={setBody} />
      <div className={styles.actions}>
        <Button look="primary" onClick={() => void talk.goOn({ answer })}>
          Answer so
        </Button>
        <Button onClick={() => void talk.goOn({ makesCalls: true })}>Make the call</Button>
      </div>
    </section>
  );
}
