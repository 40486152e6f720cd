import { useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { answered } from "../api/query.js";
import { memoryCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Dialog } from "../ui/dialog.js";
import { Form, FormField } from "../ui/form.js";
import { TextArea, TextField } from "../ui/text-field.js";

interface BeginProps {
  agent: string;
  onClose: () => void;
  onBegun: (address: string) => void;
}

/** First notes about a person who is not remembered yet. */
export function BeginDialog({ agent, onClose, onBegun }: BeginProps) {
  const calls = useCalls(memoryCalls);
  const client = useQueryClient();
  const form = useForm({ defaultValues: { email: "", notes: "" } });
  const save = async ({ email, notes }: { email: string; notes: string }): Promise<void> => {
    const { address } = await answered(() => calls.setMemory(agent, email.trim(), { notes }))();
    await client.invalidateQueries({ queryKey: ["memories", agent] });
    onClose();
    onBegun(address);
  };
  return (
    <Dialog open onClose={onClose} title="Note about somebody" description="The agent reads it in every conversation.">
      <Form form={form} submit="Save" onCancel={onClose} onSubmit={save}>
        <FormField form={form} name="email" rules={{ required: "Enter the address of the person." }}>
          {(bound) => <TextField label="E-mail address" type="email" {...bound} />}
        </FormField>
        <FormField form={form} name="notes" rules={{ required: "What should the agent know?" }}>
          {(bound) => <TextArea label="Notes" rows={4} maxLength={4_000} {...bound} />}
        </FormField>
      </Form>
    </Dialog>
  );
}
