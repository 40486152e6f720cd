import type { AgentSecretView } from "@parley/contracts";
import { useForm } from "react-hook-form";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { itemsOf } from "../links/link-form.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextArea, TextField } from "../ui/text-field.js";

interface SecretDialogProps {
  agent: Agent;
  /** Null = a new one. */
  secret: AgentSecretView | null;
  onSaved(): void;
  onClose(): void;
}

/** Value and hosts are always set together: with hosts alone, a user could have a value sent to themselves. */
export function SecretDialog({ agent, secret, onSaved, onClose }: SecretDialogProps) {
  const api = useWorkbench();
  const form = useForm({
    defaultValues: { name: secret?.name ?? "", value: "", hosts: secret?.hosts.join("\n") ?? "" },
  });
  const save = async ({ name, value, hosts }: { name: string; value: string; hosts: string }): Promise<void> => {
    const body = { value, hosts: itemsOf(hosts) };
    await answered(() =>
      secret === null ? api.createSecret(agent.id, { name, ...body }) : api.setSecret(agent.id, secret.name, body),
    )();
    notify.good(secret === null ? `${name} is set.` : `${secret.name} has its new value from the next call on.`);
    onSaved();
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={secret === null ? "Add a secret" : `Rotate ${secret.name}`}>
      <Form form={form} submit={secret === null ? "Add secret" : "Set new value"} onSubmit={save} onCancel={onClose}>
        {secret === null && (
          <FormField form={form} name="name" rules={{ required: "Enter a name." }}>
            {(bound) => <TextField label="Name" help="Documents write {{secret.name}}." mono {...bound} />}
          </FormField>
        )}
        <FormField form={form} name="value" rules={{ required: "Paste the value." }}>
          {(bound) => (
            <TextField
              label="Value"
              type="password"
              help="8 to 8,000 characters. No answer ever holds it."
              {...bound}
            />
          )}
        </FormField>
        <FormField form={form} name="hosts" rules={{ required: "Name at least one host." }}>
          {(bound) => (
            <TextArea
              label="Hosts it may be sent to"
              help="One per line: api.example.com, or *.example.com for all subdomains."
              mono
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </Dialog>
  );
}
