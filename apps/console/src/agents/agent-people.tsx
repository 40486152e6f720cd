import { useQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import type { Agent, People } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { itemsOf } from "../links/link-form.js";
import { Block, Note } from "../ui/block.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { hoursOf, hoursText } from "./office-hours.js";

/** Availability of the people behind an agent: hours, reply time, and who is notified of waiting visitors. Editors and above. */
export function AgentPeople({ agent }: { agent: Agent }) {
  const api = useLinkApi();
  const query = useQuery({ queryKey: ["people", agent.id], queryFn: answered(() => api.people(agent.id)), gcTime: 0 });
  return (
    <Block title="People behind it">
      {query.error?.problem.status === 403 ? (
        <Note>Only editors and above can see this, because it contains names.</Note>
      ) : (
        <QueryView query={query}>{(people) => <PeopleForm agent={agent} people={people} />}</QueryView>
      )}
    </Block>
  );
}

/** Members of the body, as text while they are edited. */
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

interface Line {
  name: keyof Written;
  label: string;
  help: string;
  kind: "line" | "lines" | "number";
}

const LINES: readonly Line[] = [
  {
    ...{ name: "hours", label: "Office hours", kind: "lines" },
    help: "One span per line, such as Mon–Fri 09:00–17:00. Empty: somebody is always there.",
  },
  {
    ...{ name: "time_zone", label: "Time zone", kind: "line" },
    help: "Of these hours, such as Europe/Berlin. Visitors read them by their own clock.",
  },
  {
    ...{ name: "reply_minutes", label: "Usual minutes until somebody answers", kind: "number" },
    help: "Shown to visitors who request a person. Empty: not shown.",
  },
  {
    ...{ name: "fallback_minutes", label: "Offer alternatives after minutes", kind: "number" },
    help: "After this wait a visitor can continue with the assistant or leave an address. Empty: never.",
  },
  {
    ...{ name: "emails", label: "Notify these addresses of waiting visitors", kind: "lines" },
    help: "One per line, at most 20. The mail leads into the inbox and quotes nothing.",
  },
  {
    ...{ name: "chat_urls", label: "Notify these chats", kind: "lines" },
    help: "Incoming webhooks of Slack, Mattermost and the like, one per line. Those shown with dots stay as they are.",
  },
];

const FIELD_OF: Readonly<Record<string, keyof Written>> = {
  "hours.time_zone": "time_zone",
  "notify.emails": "emails",
  "notify.chat_urls": "chat_urls",
};
const readable = (text: string): true | string => {
  const hours = hoursOf(text, "");
  return typeof hours !== "string" || `“${hours}” cannot be read; write Mon–Fri 09:00–17:00`;
};

function PeopleForm({ agent, people }: { agent: Agent; people: People }) {
  const api = useLinkApi();
  const form = useForm<Written>({ defaultValues: writtenOf(people) });
  const save = async (written: Written): Promise<void> => {
    const hours = hoursOf(written.hours, written.time_zone.trim());
    if (typeof hours === "string") return;
    const body = {
      hours,
      reply_minutes: minutesOf(written.reply_minutes),
      fallback_minutes: minutesOf(written.fallback_minutes),
      notify: { emails: itemsOf(written.emails), chat_urls: itemsOf(written.chat_urls) },
    };
    form.reset(writtenOf(await answered(() => api.setPeople(agent.id, body))()));
    notify.good("Saved. Visitors see it from now on.");
  };
  return (
    <Form form={form} submit="Save people" onSubmit={save} fieldOf={(path) => FIELD_OF[path] ?? null}>
      {LINES.map(({ name, label, help, kind }) => (
        <FormField key={name} form={form} name={name} {...(name === "hours" ? { rules: { validate: readable } } : {})}>
          {(bound) =>
            kind === "lines" ? (
              <TextArea label={label} help={help} rows={2} {...bound} />
            ) : (
              <TextField
                label={label}
                help={help}
                {...(kind === "number" ? { inputMode: "numeric" } : {})}
                {...bound}
              />
            )
          }
        </FormField>
      ))}
    </Form>
  );
}

/** An invalid number is sent as typed; the server says what is allowed. */
function minutesOf(text: string): number | string | null {
  const given = text.trim();
  return given === "" ? null : Number.isNaN(Number(given)) ? given : Number(given);
}
