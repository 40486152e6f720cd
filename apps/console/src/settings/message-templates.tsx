import type { MessageTemplate, MessageTexts } from "@parley/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { MailPlus, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { messageTemplateCalls } from "../api/message-template-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { Combobox } from "../ui/combobox.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { EmptyState } from "../ui/states.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { DeleteButton } from "./delete-button.js";
import { SettingsNav } from "./settings-nav.js";

type Language = keyof MessageTexts;

const LANGUAGES: Language[] = [
  ...(["ar", "de", "en", "es", "fr", "he", "hi", "it"] as const),
  ...(["ja", "ko", "nl", "pl", "pt", "tr", "zh"] as const),
];
const names = new Intl.DisplayNames("en", { type: "language" });
const LANGUAGE_OPTIONS = LANGUAGES.map((value) => ({ value, label: names.of(value) ?? value }));
const inWords = (texts: MessageTexts): string =>
  LANGUAGE_OPTIONS.flatMap(({ value, label }) => (texts[value] === undefined ? [] : [label])).join(", ");

const NO_FILTERS: readonly string[] = [];
const rowId = ({ name }: MessageTemplate): string => name;
const COLUMNS: Column<MessageTemplate>[] = [
  {
    ...{ id: "name", header: "Name", width: "minmax(8rem, 1fr)" },
    ...{ cell: ({ name }) => name, value: ({ name }) => name },
  },
  {
    ...{ id: "languages", header: "Languages", width: "minmax(8rem, 2fr)" },
    ...{ cell: ({ texts }) => inWords(texts), value: ({ texts }) => inWords(texts) },
  },
];

/** The team's own texts for messages with links. */
export function MessageTemplatesPage() {
  const calls = useCalls(messageTemplateCalls);
  const list = useListState(NO_FILTERS);
  const source = useList({
    queryKey: ["message-templates", "all"],
    page: (at) => answered(() => calls.messageTemplates(at))(),
  });
  const [making, setMaking] = useState(false);
  const make = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New message
    </Button>
  );
  return (
    <>
      <PageHeader title="Messages" lead="Your own words for the mails and texts that bring a link to people.">
        {source.state === "ready" && source.rows.length > 0 ? make : null}
      </PageHeader>
      <SettingsNav />
      <DataTable
        {...{ id: "message-templates", label: "Messages", list, source, columns: COLUMNS, rowId }}
        peek={{
          title: ({ name }) => name,
          content: (template) => (
            <Edit key={template.updated_at} template={template} onGone={() => list.setPeek(null)} />
          ),
        }}
        empty={
          <EmptyState title="No message templates yet" icon={<MailPlus />} action={make}>
            Write one once, in each language you need. It can be chosen wherever a link is sent, beside those that come
            with the product.
          </EmptyState>
        }
      />
      <Dialog open={making} onClose={() => setMaking(false)} title="New message">
        {making && <MessageForm template={null} onDone={() => setMaking(false)} />}
      </Dialog>
    </>
  );
}

function Edit({ template, onGone }: { template: MessageTemplate; onGone(): void }) {
  const calls = useCalls(messageTemplateCalls);
  return (
    <>
      <MessageForm template={template} onDone={() => undefined} />
      <DeleteButton
        what={template.name}
        consequences={[
          "Schedules that send it fail from now on.",
          "What is on its way keeps its words; what was sent stays.",
        ]}
        remove={() => answered(() => calls.deleteMessageTemplate(template.name))()}
        list="message-templates"
        onGone={onGone}
      />
    </>
  );
}

interface Values {
  name: string;
  language: Language | null;
  subject: string;
  message: string;
}

const NOTHING = { subject: "", message: "" };

/** One language at a time; text typed in another one is kept and saved with it. */
function MessageForm({ template, onDone }: { template: MessageTemplate | null; onDone(): void }) {
  const calls = useCalls(messageTemplateCalls);
  const client = useQueryClient();
  const texts = useRef<MessageTexts>({ ...template?.texts });
  const first = LANGUAGES.find((one) => texts.current[one] !== undefined) ?? "en";
  const language = texts.current.en === undefined ? first : "en";
  const form = useForm<Values>({
    defaultValues: { name: template?.name ?? "", language, ...(texts.current[language] ?? NOTHING) },
  });
  const keep = ({ language: of, subject, message }: Values): void => {
    if (of === null) return;
    const isEmpty = subject.trim() === "" && message.trim() === "";
    if (isEmpty) delete texts.current[of];
    else texts.current[of] = { subject, message };
  };
  const turnTo = (chosen: string | null): void => {
    const next = LANGUAGES.find((one) => one === chosen);
    if (next === undefined) return;
    keep(form.getValues());
    form.setValue("language", next);
    const { subject, message } = texts.current[next] ?? NOTHING;
    form.setValue("subject", subject);
    form.setValue("message", message);
    form.clearErrors();
  };
  const isNeeded = (text: string, { subject, message, language: of }: Values): boolean => {
    const others = LANGUAGES.some((one) => one !== of && texts.current[one] !== undefined);
    return text.trim() !== "" || (others && subject.trim() === "" && message.trim() === "");
  };
  const save = async (values: Values): Promise<void> => {
    keep(values);
    await answered(() => calls.putMessageTemplate(template?.name ?? values.name, texts.current))();
    await client.invalidateQueries({ queryKey: ["message-templates"] });
    notify.good("Saved.");
    onDone();
  };
  return (
    <Form form={form} submit={template === null ? "Save the message" : "Save"} onSubmit={save}>
      {template === null ? (
        <FormField form={form} name="name" rules={{ required: "Enter a name." }}>
          {(bound) => <TextField label="Name" help="Lower case, such as after_stay." maxLength={64} mono {...bound} />}
        </FormField>
      ) : null}
      <FormField form={form} name="language">
        {(bound) => (
          <Combobox
            label="Language"
            help="Other languages get the English text, else the first one."
            options={LANGUAGE_OPTIONS}
            {...bound}
            onChange={turnTo}
          />
        )}
      </FormField>
      <FormField form={form} name="subject" rules={{ validate: (text, all) => isNeeded(text, all) || "About what?" }}>
        {(bound) => <TextField label="Subject" maxLength={200} {...bound} />}
      </FormField>
      <FormField
        form={form}
        name="message"
        rules={{ validate: (text, all) => isNeeded(text, all) || "Write what is sent." }}
      >
        {(bound) => (
          <TextArea
            label="Message"
            help="{{recipient.name}}, {{agent.name}}, {{link.title}} and {{link.url}} are filled in."
            rows={6}
            maxLength={4_000}
            {...bound}
          />
        )}
      </FormField>
    </Form>
  );
}
