import { useForm } from "react-hook-form";
import { RadioGroup } from "../ui/choices.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { TextField } from "../ui/text-field.js";
import { ROLES } from "./credential-words.js";

export interface RoleValues {
  /** The sign-in address of a person; empty for a token. */
  email: string;
  name: string;
  role: string;
}

interface RoleFormProps {
  title: string;
  submit: string;
  /** Asks for the address of a person; the name is optional then. */
  person: boolean;
  /** Throws the refusal. */
  onSubmit: (values: RoleValues) => Promise<void>;
  onClose: () => void;
}

/** Gives a role to an invited person or to a token. */
export function RoleForm({ title, submit, person, onSubmit, onClose }: RoleFormProps) {
  const form = useForm<RoleValues>({ defaultValues: { email: "", name: "", role: "operator" } });
  const send = ({ email, name, role }: RoleValues): Promise<void> =>
    onSubmit({ email: email.trim(), name: name.trim(), role });
  return (
    <Drawer open onClose={onClose} title={title}>
      <Form form={form} submit={submit} onSubmit={send} onCancel={onClose}>
        {person ? (
          <FormField form={form} name="email" rules={{ required: "Enter whom to invite." }}>
            {(bound) => (
              <TextField
                label="E-mail address"
                help="A mail tells them; they sign in with this address."
                type="email"
                {...bound}
              />
            )}
          </FormField>
        ) : null}
        <FormField form={form} name="name" rules={person ? {} : { required: "Enter who or what it is for." }}>
          {(bound) => (
            <TextField label="Name" help={person ? "Optional." : "Who or what uses it."} maxLength={200} {...bound} />
          )}
        </FormField>
        <FormField form={form} name="role">
          {(bound) => (
            <RadioGroup
              label="Role"
              options={ROLES.map(({ value, label, may }) => ({ value: value as string, label, help: may }))}
              {...bound}
            />
          )}
        </FormField>
      </Form>
    </Drawer>
  );
}
