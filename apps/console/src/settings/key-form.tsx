import { useForm } from "react-hook-form";
import { answered } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { Checkbox, CheckboxGroup } from "../ui/choices.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { TextField } from "../ui/text-field.js";
import { SCOPES } from "./credential-words.js";

export interface MadeKey {
  name: string;
  keyId: string;
  secret: string;
}

interface Values {
  name: string;
  scopes: string[];
  require_nonce: boolean;
}

const OPTIONS = SCOPES.map(({ value, label, may }) => ({ value: value as string, label, help: may }));

/** Asks for what a signing key needs. */
export function KeyForm({ onMade, onClose }: { onMade(made: MadeKey): Promise<void>; onClose(): void }) {
  const api = useCalls(credentialCalls);
  const keyOf = useRepeatKey();
  const form = useForm<Values>({ defaultValues: { name: "", scopes: ["chat", "read"], require_nonce: false } });
  const make = async (values: Values): Promise<void> => {
    const body = { ...values, name: values.name.trim() };
    const { key_id: keyId, secret } = await answered(() => api.createKey(body, keyOf(body)))();
    await onMade({ name: body.name, keyId, secret });
  };
  return (
    <Drawer open onClose={onClose} title="New signing key">
      <Form form={form} submit="Create the key" onSubmit={make} onCancel={onClose}>
        <FormField form={form} name="name" rules={{ required: "Enter which server or program it is for." }}>
          {(bound) => <TextField label="Name" help="The server that uses it." maxLength={200} {...bound} />}
        </FormField>
        <FormField form={form} name="scopes" rules={{ validate: (all) => all.length > 0 || "Choose at least one." }}>
          {(bound) => <CheckboxGroup label="What it may do" options={OPTIONS} {...bound} />}
        </FormField>
        <FormField form={form} name="require_nonce">
          {(bound) => (
            <Checkbox
              label="Require a nonce"
              help="Requests without X-Nonce are refused, so that captured requests are useless."
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </Drawer>
  );
}
