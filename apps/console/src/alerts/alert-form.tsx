import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { agentsQuery } from "../agents/agent-queries.js";
import { type Alert, type AlertKindName, alertCalls } from "../api/alert-calls.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { Checkbox } from "../ui/choices.js";
import { Combobox } from "../ui/combobox.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { NumberField } from "../ui/number-field.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { KIND_OPTIONS, KINDS } from "./alert-kinds.js";

interface Values {
  name: string;
  kind: AlertKindName;
  agent: string | null;
  threshold: number | null;
  window_hours: number | null;
  tell_recovery: boolean;
  emails: string;
  chat_urls: string;
}

const NEW: Values = {
  ...{ name: "", kind: "budget_spent", agent: null, threshold: 80, window_hours: null },
  ...{ tell_recovery: true, emails: "", chat_urls: "" },
};

const valuesOf = ({ notify: told, ...alert }: Alert): Values => ({
  ...{ name: alert.name ?? "", kind: alert.kind, agent: alert.agent_id, threshold: alert.threshold },
  ...{ window_hours: alert.window_hours, tell_recovery: alert.tell_recovery },
  ...{ emails: told.emails.join("\n"), chat_urls: told.chat_urls.join("\n") },
});

const linesOf = (text: string): string[] =>
  text
    .split(/[\n,;]+/)
    .map((line) => line.trim())
    .filter(Boolean);

/** The editable part of a rule; what it watches is fixed on creation. */
function bodyOf({ name, kind, threshold, window_hours: hours, tell_recovery, emails, chat_urls: chats }: Values) {
  const { unit, hours: looksBack } = KINDS[kind];
  return {
    name: name.trim() || null,
    tell_recovery,
    notify: { emails: linesOf(emails), chat_urls: linesOf(chats) },
    ...(unit === null || threshold === null ? {} : { threshold }),
    ...(looksBack === null || hours === null ? {} : { window_hours: hours }),
  };
}

const fieldOf = (path: string): keyof Values | null =>
  path.startsWith("notify.emails") ? "emails" : path.startsWith("notify.chat_urls") ? "chat_urls" : null;

interface FormProps {
  /** null = a new one. */
  alert: Alert | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** What is watched, the threshold, and who is notified. */
export function AlertForm({ alert, onClose, onSaved }: FormProps) {
  const calls = useCalls(alertCalls);
  const client = useQueryClient();
  const agents = useQuery(agentsQuery(useApi()));
  const keyOf = useRepeatKey();
  const form = useForm<Values>({ defaultValues: alert === null ? NEW : valuesOf(alert) });
  const kind = form.watch("kind");
  const { unit, min, max, hours, ofAgent, says } = KINDS[kind];
  const save = async (values: Values): Promise<void> => {
    const agent = values.agent === null || !KINDS[values.kind].ofAgent ? {} : { agent: values.agent };
    const made = { ...bodyOf(values), kind: values.kind, ...agent };
    const saved =
      alert === null
        ? await answered(() => calls.createAlert(made, keyOf(made)))()
        : await answered(() => calls.updateAlert(alert.id, bodyOf(values)))();
    await client.invalidateQueries({ queryKey: ["alerts"] });
    notify.good(alert === null ? "The alert is made." : "Saved.");
    onClose();
    onSaved(saved.id);
  };
  const choose = (next: AlertKindName): void => {
    form.setValue("kind", next);
    form.setValue("threshold", KINDS[next].threshold);
    form.setValue("window_hours", KINDS[next].hours);
  };
  return (
    <Drawer open onClose={onClose} title={alert === null ? "New alert" : "Edit alert"}>
      <Form form={form} submit={alert === null ? "Create alert" : "Save"} {...{ onSubmit: save, fieldOf }}>
        <Select
          label="When"
          help={says}
          options={KIND_OPTIONS}
          value={kind}
          onChange={choose}
          disabled={alert !== null}
        />
        {unit === null ? null : (
          <FormField form={form} name="threshold" rules={{ validate: (value) => value !== null || "From where on?" }}>
            {(bound) => (
              <NumberField label={kind === "rating_below" ? "Below" : "From"} {...{ unit, min, max }} {...bound} />
            )}
          </FormField>
        )}
        {hours === null ? null : (
          <FormField form={form} name="window_hours">
            {(bound) => (
              <NumberField label="Looks back" unit="hours" min={1} max={168} help="Plus the current hour." {...bound} />
            )}
          </FormField>
        )}
        {ofAgent && alert === null ? (
          <FormField form={form} name="agent">
            {(bound) => (
              <Combobox
                label="Agent"
                placeholder="All agents"
                options={(agents.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                {...bound}
              />
            )}
          </FormField>
        ) : null}
        <FormField form={form} name="emails">
          {(bound) => <TextArea label="Mail to" help="One address per line, at most 20." rows={2} {...bound} />}
        </FormField>
        <FormField form={form} name="chat_urls">
          {(bound) => (
            <TextArea
              label="Notify in a chat"
              help="Incoming webhooks as Slack or Mattermost take them, one a line, at most 5. Later they are shown masked."
              rows={2}
              mono
              {...bound}
            />
          )}
        </FormField>
        <FormField form={form} name="tell_recovery">
          {(bound) => <Checkbox label="Also notify on recovery" {...bound} />}
        </FormField>
        <FormField form={form} name="name">
          {(bound) => <TextField label="Name" help="Empty: what it watches." maxLength={200} {...bound} />}
        </FormField>
      </Form>
    </Drawer>
  );
}
