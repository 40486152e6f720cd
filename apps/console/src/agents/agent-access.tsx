import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ACCESS_MODES, type AccessPolicy, type Agent } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { MODE_WORDS } from "../links/access-note.js";
import { itemsOf } from "../links/link-form.js";
import { Field, focusFirst } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { Skeleton } from "../ui/skeleton.js";
import { AccessRequests } from "./access-requests.js";

/** Who may come in by the links of an agent, all of them at once, and who asked to. */
export function AgentAccess({ agent }: { agent: Agent }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["access-policy", agent.id],
    queryFn: answered(() => api.accessPolicy(agent.id)),
    gcTime: 0,
  });
  return (
    <section className="block" aria-labelledby="access-title">
      <h2 id="access-title">Who may come in</h2>
      {query.isPending && <Skeleton />}
      {query.error &&
        (query.error.problem.status === 403 ? (
          <p className="note">Only editors and above see who may come in, because it names people.</p>
        ) : (
          <ProblemCard problem={query.error.problem} onRetry={() => void query.refetch()} />
        ))}
      {query.data && (
        <>
          <PolicyForm agent={agent} policy={query.data} onSaved={query.refetch} />
          <AccessRequests agent={agent} mode={query.data.mode} />
        </>
      )}
    </section>
  );
}

interface PolicyFormProps {
  agent: Agent;
  policy: AccessPolicy;
  onSaved(): Promise<unknown>;
}

function PolicyForm({ agent, policy, onSaved }: PolicyFormProps) {
  const api = useLinkApi();
  const [mode, setMode] = useState(policy.mode);
  const [emails, setEmails] = useState(policy.allowed_emails.join("\n"));
  const [told, setTold] = useState(policy.notify_email ?? "");
  const [enabled, setEnabled] = useState(policy.links_enabled);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await api.setAccessPolicy(agent.id, {
      mode,
      allowed_emails: itemsOf(emails),
      links_enabled: enabled,
      notify_email: told.trim() || null,
    });
    setBusy(false);
    const beside = answer.type === "ok" ? {} : besideFields(answer);
    setWrong(beside);
    setProblem(answer.type === "ok" ? null : answer);
    if (answer.type !== "ok") return focusFirst(beside);
    notify.good("Saved. It counts for all links of this agent at once.");
    await onSaved();
  };
  return (
    <form className="form" noValidate onSubmit={(event) => void save(event)}>
      <fieldset>
        <legend className="visually-hidden">Access policy</legend>
        <ModeField mode={mode} onChange={setMode} />
        {mode === "approval" && (
          <>
            <Emails value={emails} problem={wrong.allowed_emails} onChange={setEmails} />
            <Notify value={told} problem={wrong.notify_email} onChange={setTold} />
          </>
        )}
        <div>
          <label className="check">
            <input
              type="checkbox"
              checked={enabled}
              onChange={(event) => setEnabled(event.currentTarget.checked)}
              aria-describedby="links-enabled-help"
            />
            <span>Links of this agent work</span>
          </label>
          <p id="links-enabled-help" className="help under-check">
            Switched off, every link of it is as if it had never been; sessions stay and go on when it is on again.
          </p>
        </div>
        {problem && <ProblemCard problem={problem} />}
        <div className="actions start">
          <button type="submit" className="button primary" aria-disabled={busy}>
            {busy ? "Saving…" : "Save access"}
          </button>
        </div>
      </fieldset>
    </form>
  );
}

const besideFields = ({ fields }: Problem): Record<string, string> =>
  Object.fromEntries(fields.map(({ field, message }) => [field, message]));

interface ModeFieldProps {
  mode: AccessPolicy["mode"];
  onChange(mode: AccessPolicy["mode"]): void;
}

function ModeField({ mode, onChange }: ModeFieldProps) {
  const chosen = (value: string): AccessPolicy["mode"] => ACCESS_MODES.find((known) => known === value) ?? "open";
  return (
    <Field
      name="mode"
      label="Who may talk"
      help="Counts for all links of this agent, besides what each link asks for. Running conversations follow with their next message."
    >
      {(control) => (
        <select
          {...control}
          className="input"
          value={mode}
          onChange={(event) => onChange(chosen(event.currentTarget.value))}
        >
          {ACCESS_MODES.map((known) => (
            <option key={known} value={known}>
              {MODE_WORDS[known].label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface TextProps {
  value: string;
  problem: string | undefined;
  onChange(value: string): void;
}

function Emails({ value, problem, onChange }: TextProps) {
  return (
    <Field
      name="allowed_emails"
      label="Need no approval"
      help="One address per line, at most 1,000. Everybody else asks, and waits for you below."
      problem={problem}
    >
      {(control) => (
        <textarea
          {...control}
          className="input mono"
          rows={4}
          spellCheck={false}
          autoCapitalize="off"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Notify({ value, problem, onChange }: TextProps) {
  return (
    <Field
      name="notify_email"
      label="Tell this address about new requests"
      help="The mail names nobody; the list below does. Empty: nobody is told."
      problem={problem}
    >
      {(control) => (
        <input
          {...control}
          className="input"
          type="email"
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
