import { useForm } from "react-hook-form";
import type { Agent, Webhook } from "../api/answers.js";
import { FieldGroup, Fields, Note } from "../ui/block.js";
import { Checkbox, CheckboxGroup, RadioGroup } from "../ui/choices.js";
import { Form, FormField } from "../ui/form.js";
import { Select } from "../ui/select.js";
import { TextField } from "../ui/text-field.js";
import { EVENT_GROUPS } from "./webhook-events.js";
import { NEW_WEBHOOK, valuesOfWebhook, type WebhookValues } from "./webhook-values.js";

interface WebhookFormProps {
  /** null = a new one. */
  webhook: Webhook | null;
  /** null = the agent cannot be changed. */
  agents: readonly Agent[] | null;
  submit: string;
  /** Throws the refusal. */
  onSubmit(values: WebhookValues): Promise<unknown>;
  onCancel(): void;
}

const SCOPES = [
  { value: "all", label: "Everything, including later additions" },
  { value: "some", label: "Only these" },
] as const;

const isWeb = (text: string): boolean => URL.canParse(text.trim()) && /^https?:$/.test(new URL(text.trim()).protocol);

/** The fields of a webhook receiver. */
export function WebhookForm({ webhook, agents, submit, onSubmit, onCancel }: WebhookFormProps) {
  const form = useForm<WebhookValues>({ defaultValues: webhook === null ? NEW_WEBHOOK : valuesOfWebhook(webhook) });
  const chosen = form.watch("scope") === "some";
  return (
    <Form form={form} submit={submit} onSubmit={onSubmit} onCancel={onCancel}>
      <FieldGroup title="Where to">
        <FormField
          form={form}
          name="url"
          rules={{ validate: (url) => isWeb(url) || "Write the whole address, such as https://example.com/parley." }}
        >
          {(bound) => (
            <TextField
              label="Address"
              help="Parley sends a POST here for each event. It must be a public http or https address that answers with 2xx within 15 seconds."
              type="url"
              mono
              maxLength={2_000}
              placeholder="https://example.com/parley"
              {...bound}
            />
          )}
        </FormField>
        <Fields pairs>
          <FormField form={form} name="description">
            {(bound) => <TextField label="Name" help="For this list only." maxLength={500} {...bound} />}
          </FormField>
          {agents === null ? null : (
            <FormField form={form} name="agent">
              {(bound) => (
                <Select
                  label="Agent"
                  help="The agent whose events it receives."
                  options={[
                    { value: "", label: "Every agent" },
                    ...agents.map(({ id, name }) => ({ value: id, label: name })),
                  ]}
                  {...bound}
                />
              )}
            </FormField>
          )}
        </Fields>
      </FieldGroup>
      <FieldGroup title="Events">
        <FormField form={form} name="scope">
          {(bound) => <RadioGroup label="It is told" options={SCOPES} {...bound} />}
        </FormField>
        {chosen && (
          <FormField form={form} name="events" rules={{ validate: (all) => all.length > 0 || "Choose at least one." }}>
            {(bound) => <Events {...bound} />}
          </FormField>
        )}
      </FieldGroup>
      <FieldGroup title="Also tell, when a conversation is over">
        <FormField form={form} name="include_transcript">
          {(bound) => (
            <Checkbox label="Its transcript" help="Everything that was said goes to that server." {...bound} />
          )}
        </FormField>
        <FormField form={form} name="include_latency_metrics">
          {(bound) => <Checkbox label="How fast the answers came" {...bound} />}
        </FormField>
      </FieldGroup>
    </Form>
  );
}

interface EventsProps {
  value: string[];
  onChange(events: string[]): void;
  error?: string | null | undefined;
}

/** The kinds of events, in groups; the order of the body is that of the list. */
function Events({ value, onChange, error }: EventsProps) {
  const replace = (group: readonly string[], next: string[]): void =>
    onChange([...value.filter((one) => !group.includes(one)), ...next]);
  return (
    <>
      <Fields pairs>
        {EVENT_GROUPS.map(({ label, events }) => {
          const names = events.map(({ name }) => name);
          return (
            <CheckboxGroup
              key={label}
              label={label}
              options={events.map(({ name, tells }) => ({ value: name, label: <code>{name}</code>, help: tells }))}
              value={value.filter((one) => names.includes(one))}
              onChange={(next) => replace(names, next)}
            />
          );
        })}
      </Fields>
      {error ? <Note role="alert">{error}</Note> : null}
    </>
  );
}
