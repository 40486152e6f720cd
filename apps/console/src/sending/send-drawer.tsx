import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import type { PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { type SendPreview, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { CHANNELS, recipientsOf } from "../schedules/schedule-body.js";
import { Button } from "../ui/button.js";
import { Checkbox } from "../ui/choices.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { refusalOf } from "../ui/refusal.js";
import { Select } from "../ui/select.js";
import { TextArea, TextField } from "../ui/text-field.js";
import { Trouble } from "../ui/trouble.js";
import { DeliveryView } from "./delivery-view.js";
import { useMessageOptions } from "./message-options.js";
import { ADDRESSES, isPersonal, NEW_SENDING, type SendValues, sendBody } from "./send-body.js";
import styles from "./sending.module.css";

interface DrawerProps {
  agent: string;
  link: PublicLink;
  onClose: () => void;
}

/** Sends a link to people, and then shows the state of each recipient. */
export function SendDrawer({ agent, link, onClose }: DrawerProps) {
  const [sent, setSent] = useState<string | null>(null);
  return (
    <Drawer open onClose={onClose} title={sent === null ? `Send “${link.title}”` : `“${link.title}” is on its way`}>
      {sent === null ? (
        <SendForm agent={agent} link={link} onSent={setSent} onClose={onClose} />
      ) : (
        <DeliveryView agent={agent} link={link.id} id={sent} />
      )}
    </Drawer>
  );
}

const fieldOf = (path: string): keyof SendValues | null => (path.startsWith("recipients") ? "recipients" : null);

function SendForm({ agent, link, onSent, onClose }: DrawerProps & { onSent: (id: string) => void }) {
  const calls = useCalls(sendingCalls);
  const client = useQueryClient();
  const keyOf = useRepeatKey();
  // A link with a PIN is not copied: everybody gets the same link.
  const form = useForm<SendValues>({ defaultValues: { ...NEW_SENDING, personalised: !link.pin_required } });
  const [channel, recipients, personalised, template] = form.watch([
    ...(["channel", "recipients", "personalised", "template"] as const),
  ]);
  const messages = useMessageOptions(template);
  const many = recipientsOf(recipients).length;
  const send = async (values: SendValues): Promise<void> => {
    const body = sendBody(values);
    const { delivery_id: id } = await answered(() => calls.sendLink(agent, link.id, body, keyOf(body)))();
    await client.invalidateQueries({ queryKey: ["deliveries"] });
    onSent(id);
  };
  return (
    <Form
      form={form}
      submit={many > 1 ? `Send to ${many.toLocaleString()}` : "Send"}
      onSubmit={send}
      onCancel={onClose}
      fieldOf={fieldOf}
    >
      <FormField form={form} name="channel">
        {(bound) => <Select label="By" options={CHANNELS} {...bound} />}
      </FormField>
      <FormField form={form} name="recipients" rules={{ validate: (text) => someone(text) }}>
        {(bound) => <TextArea {...ADDRESSES[channel]} rows={5} mono={!isPersonal(channel)} {...bound} />}
      </FormField>
      <FormField form={form} name="template">
        {(bound) => <Select label="Message" help="In the language of each recipient." options={messages} {...bound} />}
      </FormField>
      <details className={styles.own}>
        <summary>Your own text</summary>
        <div className={styles.stack}>
          {channel === "email" ? (
            <FormField form={form} name="subject">
              {(bound) => <TextField label="Subject" maxLength={200} {...bound} />}
            </FormField>
          ) : null}
          <FormField form={form} name="message">
            {(bound) => (
              <TextArea
                label="Message"
                help="In place of the template. {{recipient.name}}, {{agent.name}}, {{link.title}} and {{link.url}} are filled in."
                maxLength={4_000}
                {...bound}
              />
            )}
          </FormField>
        </div>
      </details>
      {isPersonal(channel) ? (
        <FormField form={form} name="personalised">
          {(bound) => (
            <Checkbox
              label="Each person gets a personal link"
              help={
                link.pin_required
                  ? "Not available for a link with a PIN, which cannot be copied."
                  : "A copy with the same limits that greets them by name and tells you who wrote."
              }
              disabled={link.pin_required}
              {...bound}
            />
          )}
        </FormField>
      ) : null}
      {isPersonal(channel) && personalised ? (
        <FormField form={form} name="track_opens">
          {(bound) => (
            <Checkbox
              label="Show who opened their link"
              help="Counts when the link is opened in a browser; the message contains no tracking picture."
              {...bound}
            />
          )}
        </FormField>
      ) : null}
      <Look preview={() => answered(() => calls.previewSending(agent, link.id, sendBody(form.getValues())))()} />
    </Form>
  );
}

const someone = (text: string): true | string =>
  recipientsOf(text).length === 0 ? "To whom?" : recipientsOf(text).length <= 1_000 || "At most 1,000 at once.";

/** The message that the first recipient would get, and who of the list gets none. */
function Look({ preview }: { preview: () => Promise<SendPreview> }) {
  const [seen, setSeen] = useState<SendPreview | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async (): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      setSeen(await preview());
    } catch (error) {
      setSeen(null);
      const { detail, fields } = refusalOf(error);
      setTrouble(fields[0] === undefined ? detail : `${detail} ${fields[0].message}`);
    }
    setBusy(false);
  };
  return (
    <div className={styles.stack}>
      <div className={styles.actions}>
        <Button small busy={busy} onClick={() => void look()}>
          {seen === null ? "Preview the message" : "Preview again"}
        </Button>
        <Trouble>{trouble}</Trouble>
      </div>
      {seen === null ? null : (
        <section className={styles.stack} aria-label="Preview of the message">
          <p className={styles.note}>
            {seen.recipients.toLocaleString()} would get it.
            {seen.duplicates > 0 ? ` Named more than once: ${seen.duplicates.toLocaleString()}.` : ""}
            {seen.suppressed > 0 ? ` Want no more: ${seen.suppressed.toLocaleString()}.` : ""}
            {seen.limited > 0 ? ` Daily limit reached: ${seen.limited.toLocaleString()}.` : ""}
          </p>
          {seen.preview.subject === null ? null : <p className={styles.subject}>{seen.preview.subject}</p>}
          <pre className={styles.message}>{seen.preview.text}</pre>
        </section>
      )}
    </div>
  );
}
