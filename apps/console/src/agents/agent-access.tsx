import { useState } from "preact/hooks";
import { announce } from "../app/announcement.js";
import { itemsOf } from "../links/link-form.js";
import { useLoad } from "../parts/use-load.js";
import { ACCESS_MODES, type AccessPolicy, type Agent } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { MODE_WORDS } from "../links/access-note.js";
import { AccessRequests } from "./access-requests.js";
import { useApi } from "../api/api-context.js";
import { Field, focusFirst } from "../parts/field.js";
import { Loading, ProblemCard } from "../parts/states.js";

/** Who may come in by the links of an agent, all of them at once, and who asked to. */
export function AgentAccess({ agent }: { agent: Agent }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`access ${agent.id}`, () => api.accessPolicy(agent.id));
  return (
    <section class="block" aria-labelledby="access-title">
      <h2 id="access-title">Who may come in</h2>
      {loaded.state === "loading" && <Loading />}
      {loaded.state === "failed" &&
        (loaded.problem.status === 403 ? (
          <p class="note">Only editors and above see who may come in, because it names people.</p>
        ) : (
          <ProblemCard problem={loaded.problem} onRetry={() => void reload()} />
        ))}
      {loaded.state === "ready" && (
        <>
          <PolicyForm agent={agent} policy={loaded.value} onSaved={reload} />
          <AccessRequests agent={agent} mode={loaded.value.mode} />
        </>
      )}
    </section>
  );
}

interface PolicyFormProps {
  agent: Agent;
  policy: AccessPolicy;
  onSaved(): Promise<void>;
}

function PolicyForm({ agent, policy, onSaved }: PolicyFormProps) {
  const api = useApi();
  const [mode, setMode] = useState(policy.mode);
  const [emails, setEmails] = useState(policy.allowed_emails.join("\n"));
  const [notify, setNotify] = useState(policy.notify_email ?? "");
  const [enabled, setEnabled] = useState(policy.links_enabled);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await api.setAccessPolicy(agent.id, {
      mode,
      allowed_emails: itemsOf(emails),
      links_enabled: enabled,
      notify_email: notify.trim() || null,
    });
    setBusy(false);
    const beside = answer.type === "ok" ? {} : besideFields(answer);
    setWrong(beside);
    setProblem(answer.type === "ok" ? null : answer);
    if (answer.type !== "ok") return focusFirst(beside);
    announce("Saved. It counts for all links of this agent at once.");
    await onSaved();
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void save(event)}>
      <fieldset>
        <legend class="visually-hidden">Access policy</legend>
        <ModeField mode={mode} onChange={setMode} />
        {mode === "approval" && (
          <>
            <Emails value={emails} problem={wrong.allowed_emails} onChange={setEmails} />
            <Notify value={notify} problem={wrong.notify_email} onChange={setNotify} />
          </>
        )}
        <div>
          <label class="check">
            <input
              type="checkbox"
              checked={enabled}
              onChange={(event) => setEnabled(event.currentTarget.checked)}
              aria-describedby="links-enabled-help"
            />
            <span>Links of this agent work</span>
          </label>
          <p id="links-enabled-help" class="help under-check">
            Switched off, every link of it is as if it had never been; sessions stay and go on when it is on again.
          </p>
        </div>
        {problem && <ProblemCard problem={problem} />}
        <div class="actions start">
          <button type="submit" class="button primary" aria-disabled={busy}>
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
          class="input"
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
          class="input mono"
          rows={4}
          spellcheck={false}
          autocapitalize="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
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
          class="input"
          type="email"
          autocomplete="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
