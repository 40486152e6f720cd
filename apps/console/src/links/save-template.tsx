import { useState } from "react";
import { useForm } from "react-hook-form";
import { answered, Refused } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { focusFirst } from "../ui/focus-first.js";
import { Form, FormField } from "../ui/form.js";
import { notify } from "../ui/notify.js";
import { TextField } from "../ui/text-field.js";
import { templateBody } from "./link-body.js";
import type { LinkForm, LinkValues } from "./link-form.js";

/** Saves the values of the form under a name, for future links. */
export function SaveTemplate({ form }: { form: LinkForm }) {
  const [asking, setAsking] = useState(false);
  const close = (): void => setAsking(false);
  return (
    <>
      <Button onClick={() => void form.trigger().then((right) => (right ? setAsking(true) : focusFirst()))}>
        Save as a template…
      </Button>
      <Dialog
        open={asking}
        onClose={close}
        title="Save as a template"
        description="Everything in the form except a PIN, a recipient and an exact date."
      >
        {asking && <NameForm values={form.getValues()} onClose={close} />}
      </Dialog>
    </>
  );
}

function NameForm({ values, onClose }: { values: LinkValues; onClose(): void }) {
  const api = useLinkApi();
  const form = useForm({ defaultValues: { name: values.title ?? "" } });
  const save = async (name: string): Promise<void> => {
    try {
      const template = await answered(() => api.createTemplate(templateBody(values, name)))();
      notify.good(`The template “${template.name}” is saved.`);
      onClose();
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.code !== "name_taken") throw error;
      form.setError("name", { type: "server", message: "This name is taken by another template." });
    }
  };
  return (
    <Form form={form} submit="Save the template" onSubmit={({ name }) => save(name.trim())} onCancel={onClose}>
      <FormField
        form={form}
        name="name"
        rules={{ validate: (name) => name.trim() !== "" || "Give the template a name." }}
      >
        {(bound) => <TextField label="Name" maxLength={100} {...bound} />}
      </FormField>
    </Form>
  );
}
