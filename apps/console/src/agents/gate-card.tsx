import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import type { GateRefusal } from "../api/gate-refusal.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { plural } from "../sessions/session-rows.js";
import { Buttons, Note } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import styles from "../ui/problem-card.module.css";
import { TextArea } from "../ui/text-field.js";

interface GateCardProps {
  /** The action that was refused. */
  title: string;
  refusal: GateRefusal;
  /** The tests are listed below with all their reasons. */
  told?: boolean;
  /** Absent if the tests have just been run. */
  onTest?: () => void;
  testing?: boolean;
  /** Publishes anyway, for the given reason. */
  onPublish(reason: string): Promise<Problem | null>;
}

/** A version was refused by the gate: which tests block it, how to run them, and for admins how to publish anyway. */
export function GateCard({ title, refusal, told = false, onTest, testing = false, onPublish }: GateCardProps) {
  const api = useWorkbench();
  const query = useQuery({ queryKey: ["may-override"], queryFn: answered(() => api.mayOverride()) });
  const [asking, setAsking] = useState(false);
  const mayOverride = query.data && query.data;
  return (
    <>
      <section className={styles.card} role="alert">
        <CircleAlert className="icon" aria-hidden="true" />
        <div>
          <p className={styles.text}>{title}</p>
          <Why refusal={refusal} told={told} />
        </div>
        <Buttons>
          {onTest && refusal.state !== "not_required" && (
            <Button small busy={testing} onClick={onTest}>
              {testing ? "Testing…" : "Run the tests"}
            </Button>
          )}
          {mayOverride && (
            <Button small look="danger" onClick={() => setAsking(true)}>
              Publish anyway…
            </Button>
          )}
        </Buttons>
      </section>
      {asking && <OverrideDialog onPublish={onPublish} onClose={() => setAsking(false)} />}
    </>
  );
}

function Why({ refusal: { state, failing }, told }: { refusal: GateRefusal; told: boolean }) {
  if (state === "not_run") return <p>It requires tests, and they have not been run on exactly this document.</p>;
  if (state === "not_required") return <p>The live version requires tests; this one drops the requirement.</p>;
  if (failing.length === 0) return <p>Not all of its tests have passed.</p>;
  return (
    <>
      <p>{plural(failing.length, "test")} did not pass:</p>
      <ul className={styles.list}>
        {failing.map(({ name, reasons: [reason] }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: test names may repeat
          <li key={`${index} ${name}`}>
            <strong>{name}</strong>
            {!told && reason !== undefined && <Note>{reason}</Note>}
          </li>
        ))}
      </ul>
    </>
  );
}

function OverrideDialog({ onPublish, onClose }: Pick<GateCardProps, "onPublish"> & { onClose(): void }) {
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Publish although tests have not passed?"
      consequences={[
        "New conversations begin with this version at once; those that run stay with theirs.",
        "The reason is kept with who gave it and when.",
      ]}
      action="Publish anyway"
      ready={reason.trim() !== ""}
      run={() => unlessRefused(onPublish(reason.trim()))}
    >
      <TextArea
        label="Reason"
        help="Required, at most 1,000 characters."
        maxLength={1_000}
        value={reason}
        onChange={setReason}
      />
    </ConfirmDialog>
  );
}
