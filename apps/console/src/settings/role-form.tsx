import { useForm } from "react-hook-form";
import { RadioGroup } from "../ui/choices.js";
import { Drawer } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { TextField } from "../ui/text-field.js";
import { ROLES } from "./credential-words.js";

export interface RoleValues {
  /** Of a person the address they sign in with; of a token nothing. */
  email: string;
  name: string;
  role: string;
}

interface RoleFormProps {
  title: string;
  submit: string;
  /** Asks for the address of a person; the name may then be left out. */
  person: boolean;
  /** Throws what it is refused with. */
  onSubmit: (values: RoleValues) => Promise<void>;
  onClose: () => void;
}

/** Who or what gets a role: somebody who is invited, or a token. */
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
