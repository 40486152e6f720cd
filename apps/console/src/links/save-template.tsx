import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Problem } from "../api/problem.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Field, focusFirst } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { templateBody } from "./link-body.js";
import type { LinkValues } from "./link-form.js";

interface SaveTemplateProps {
  values: LinkValues;
  /** Whether the form may be kept as it stands. */
  check(): boolean;
}

/** Keeps what stands in the form under a name, for links to come. */
export function SaveTemplate({ values, check }: SaveTemplateProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="button quiet" onClick={() => check() && setAsking(true)}>
        Save as a template…
      </button>
      {asking && <NameDialog values={values} onClose={() => setAsking(false)} />}
    </>
  );
}

function NameDialog({ values, onClose }: { values: LinkValues; onClose(): void }) {
  const api = useLinkApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [name, setName] = useState(values.title ?? "");
  const [wrong, setWrong] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const save = async (event: FormEvent): Promise<void> => {
    // The dialog stands inside of the form of the link.
    event.preventDefault();
    event.stopPropagation();
    if (busy) return;
    const refuse = (message: string): void => {
      setWrong(message);
      focusFirst({ name: message });
    };
    if (name.trim() === "") return refuse("give the template a name");
    setBusy(true);
    const answer = await api.createTemplate(templateBody(values, name.trim()));
    setBusy(false);
    if (answer.type === "ok") {
      notify.good(`The template “${answer.value.name}” is saved.`);
      return dialog.current?.close();
    }
    setWrong(undefined);
    setProblem(null);
    if (answer.code === "name_taken") return refuse("is taken by another template");
    setProblem(answer);
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <h2 id={`${id}-title`}>Save as a template</h2>
      <div className="dialog-text">
        <p>Everything in the form except a PIN, a recipient and an exact date.</p>
        <Field name="name" label="Name" problem={wrong}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => event.key === "Enter" && void save(event)}
            />
          )}
        </Field>
      </div>
      {problem && <ProblemCard problem={problem} />}
      <div className="actions">
        <button type="button" className="button quiet" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" className="button primary" aria-disabled={busy} onClick={(event) => void save(event)}>
          {busy ? "Saving…" : "Save the template"}
        </button>
      </div>
    </dialog>
  );
}
