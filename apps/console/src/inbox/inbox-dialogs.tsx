import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { Field } from "../parts/field.js";
import { WhenReady } from "../parts/states.js";

interface DialogProps {
  id: string;
  onDone(text: string): void;
  onClose(): void;
}

/** Gives the conversation to somebody else who may answer visitors. */
export function TransferDialog({ id, onDone, onClose }: DialogProps) {
  const api = useApi();
  const query = useQuery({ queryKey: ["operators"], queryFn: answered(() => api.operators()) });
  const [to, setTo] = useState("");
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const check = (): boolean => {
    setWrong(to === "" ? "Choose somebody." : undefined);
    return to !== "";
  };
  const transfer = async () => {
    const answer = await api.transferEscalation(id, to, name.trim());
    if (answer.type !== "ok") return answer;
    onDone("The conversation is handed on.");
    return null;
  };
  return (
    <ConfirmDialog title="Transfer to whom?" action="Transfer" check={check} onConfirm={transfer} onClose={onClose}>
      <WhenReady query={query}>
        {({ data }) => (
          <>
            <Field
              name="transfer-to"
              label="Operator"
              problem={wrong}
              help="Names of access tokens that may answer visitors."
            >
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={to}
                  onChange={(event) => setTo(event.currentTarget.value)}
                >
                  <option value="">Choose…</option>
                  {data.map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.me ? `${one.name} (you)` : one.name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field name="transfer-name" label="Their name, as visitors read it" help="May stay empty.">
              {(control) => (
                <input
                  {...control}
                  className="input"
                  maxLength={200}
                  value={name}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
              )}
            </Field>
          </>
        )}
      </WhenReady>
    </ConfirmDialog>
  );
}

const WORDS = {
  hand_back: {
    title: "Hand back to the agent?",
    action: "Hand back",
    text: "The agent goes on where it was. It reads the summary before it answers.",
    done: "The agent goes on.",
  },
  resolve: {
    title: "Resolve it?",
    action: "Resolve",
    text: "Nobody has the conversation any more; the agent answers the next message.",
    done: "It is resolved.",
  },
} as const;

/** Ends the escalation, with what whoever reads on should know. */
export function CloseDialog({ id, how, onDone, onClose }: DialogProps & { how: keyof typeof WORDS }) {
  const api = useApi();
  const [summary, setSummary] = useState("");
  const [ends, setEnds] = useState(false);
  const words = WORDS[how];
  const close = async () => {
    const text = summary.trim();
    const answer = how === "hand_back" ? await api.handBack(id, text) : await api.resolveEscalation(id, text, ends);
    if (answer.type !== "ok") return answer;
    onDone(words.done);
    return null;
  };
  return (
    <ConfirmDialog title={words.title} action={words.action} onConfirm={close} onClose={onClose}>
      <p>{words.text}</p>
      <Field name="summary" label="Summary" help="What was agreed. May stay empty; the visitor does not see it.">
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={3}
            maxLength={4_000}
            value={summary}
            onChange={(event) => setSummary(event.currentTarget.value)}
          />
        )}
      </Field>
      {how === "resolve" && (
        <label className="check">
          <input type="checkbox" checked={ends} onChange={(event) => setEnds(event.currentTarget.checked)} />
          <span>End the conversation, too</span>
        </label>
      )}
    </ConfirmDialog>
  );
}
