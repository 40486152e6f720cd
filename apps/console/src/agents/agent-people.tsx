import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Agent, People } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { itemsOf } from "../links/link-form.js";
import { Field, focusFirst } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { QueryView } from "../ui/query-view.js";
import { hoursOf, hoursText } from "./office-hours.js";

/** How the people behind an agent can be reached: when, how fast, and who is told that somebody waits. Editors and above. */
export function AgentPeople({ agent }: { agent: Agent }) {
  const api = useLinkApi();
  const query = useQuery({ queryKey: ["people", agent.id], queryFn: answered(() => api.people(agent.id)), gcTime: 0 });
  const isForbidden = query.error?.problem.status === 403;
  return (
    <section className="block" aria-labelledby="people-title">
      <h2 id="people-title">People behind it</h2>
      {isForbidden ? (
        <p className="note">Only editors and above see how people can be reached, because it names them.</p>
      ) : (
        <QueryView query={query}>{(people) => <PeopleForm agent={agent} people={people} />}</QueryView>
      )}
    </section>
  );
}

/** Members of the body, as text while they are written. */
interface Written {
  hours: string;
  time_zone: string;
  reply_minutes: string;
  fallback_minutes: string;
  emails: string;
  chat_urls: string;
}

const numberText = (value: number | null): string => (value === null ? "" : String(value));
const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const writtenOf = (people: People): Written => ({
  hours: hoursText(people.hours),
  time_zone: people.hours?.time_zone ?? ownZone(),
  reply_minutes: numberText(people.reply_minutes),
  fallback_minutes: numberText(people.fallback_minutes),
  emails: people.notify.emails.join("\n"),
  chat_urls: people.notify.chat_urls.join("\n"),
});

function PeopleForm({ agent, people }: { agent: Agent; people: People }) {
  const api = useLinkApi();
  const [written, setWritten] = useState(() => writtenOf(people));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const refuse = (findings: Record<string, string>): void => {
    setWrong(findings);
    focusFirst(findings);
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const hours = hoursOf(written.hours, written.time_zone.trim());
    if (typeof hours === "string") return refuse({ hours: `“${hours}” cannot be read; write Mon–Fri 09:00–17:00` });
    setBusy(true);
    const answer = await api.setPeople(agent.id, {
      hours,
      reply_minutes: minutesOf(written.reply_minutes),
      fallback_minutes: minutesOf(written.fallback_minutes),
      notify: { emails: itemsOf(written.emails), chat_urls: itemsOf(written.chat_urls) },
    });
    setBusy(false);
    setProblem(answer.type === "ok" || answer.fields.length > 0 ? null : answer);
    if (answer.type !== "ok") return refuse(besideFields(answer));
    setWrong({});
    setWritten(writtenOf(answer.value));
    notify.good("Saved. Visitors see it from now on.");
  };
  const texts = { written, wrong, onWrite: (more: Partial<Written>) => setWritten({ ...written, ...more }) };
  return (
    <form className="form" noValidate onSubmit={(event) => void save(event)}>
      <fieldset>
        <legend className="visually-hidden">How people can be reached</legend>
        <Lines {...texts} name="hours" label="Office hours">
          One span per line, such as Mon–Fri 09:00–17:00. Empty: somebody is always there.
        </Lines>
        <Line {...texts} name="time_zone" label="Time zone">
          Of these hours, such as Europe/Berlin. Visitors read them by their own clock.
        </Line>
        <Line {...texts} name="reply_minutes" label="Usual minutes until somebody answers" numeric>
          Told to visitors who ask for a person. Empty: nothing is said.
        </Line>
        <Line {...texts} name="fallback_minutes" label="Offer a way on after minutes" numeric>
          Who has waited so long without anybody may go on with the assistant or leave an address. Empty: never.
        </Line>
        <Lines {...texts} name="emails" label="Tell these addresses that somebody waits">
          One per line, at most 20. The mail leads into the inbox and quotes nothing.
        </Lines>
        <Lines {...texts} name="chat_urls" label="Tell these chats">
          Incoming webhooks of Slack, Mattermost and the like, one per line. Those shown with dots stay as they are.
        </Lines>
        {problem && <ProblemCard problem={problem} />}
        <div className="actions start">
          <button type="submit" className="button primary" aria-disabled={busy}>
            {busy ? "Saving…" : "Save people"}
          </button>
        </div>
      </fieldset>
    </form>
  );
}

/** What is no number goes to the server as it was written, which says what may stand there. */
function minutesOf(text: string): number | string | null {
  const given = text.trim();
  return given === "" ? null : Number.isNaN(Number(given)) ? given : Number(given);
}

const FIELD_OF: Record<string, keyof Written> = {
  "hours.time_zone": "time_zone",
  "notify.emails": "emails",
  "notify.chat_urls": "chat_urls",
};

const besideFields = ({ fields }: Problem): Record<string, string> =>
  Object.fromEntries(fields.map(({ field, path, message }) => [FIELD_OF[path] ?? field, message]));

interface TextProps {
  name: keyof Written;
  label: string;
  children: string;
  written: Written;
  wrong: Record<string, string>;
  onWrite(more: Partial<Written>): void;
  numeric?: boolean;
}

function Line({ name, label, children, written, wrong, onWrite, numeric = false }: TextProps) {
  return (
    <Field name={name} label={label} help={children} problem={wrong[name]}>
      {(control) => (
        <input
          {...control}
          className="input"
          inputMode={numeric ? "numeric" : "text"}
          autoComplete="off"
          value={written[name]}
          onChange={(event) => onWrite({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}

function Lines({ name, label, children, written, wrong, onWrite }: TextProps) {
  return (
    <Field name={name} label={label} help={children} problem={wrong[name]}>
      {(control) => (
        <textarea
          {...control}
          className="input"
          rows={2}
          spellCheck={false}
          autoCapitalize="off"
          value={written[name]}
          onChange={(event) => onWrite({ [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
}
