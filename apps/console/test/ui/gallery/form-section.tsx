import { useState } from "react";
import { useForm } from "react-hook-form";
import { Checkbox, RadioGroup, Switch } from "../../../src/ui/choices.js";
import { Combobox } from "../../../src/ui/combobox.js";
import { DateRange } from "../../../src/ui/date-range.js";
import { FileButton } from "../../../src/ui/file-button.js";
import { Form, FormField } from "../../../src/ui/form.js";
import { notify } from "../../../src/ui/notify.js";
import { NumberField } from "../../../src/ui/number-field.js";
import { Select } from "../../../src/ui/select.js";
import { TextArea, TextField } from "../../../src/ui/text-field.js";

const AGENTS = ["Clinic desk", "Support", "Feedback", "Sales"].map((label) => ({ value: label, label }));
const MODES = [
  { value: "open", label: "Everybody", help: "Whoever has the link." },
  { value: "listed", label: "People on a list" },
] as const;

interface Values {
  title: string;
  welcome: string;
  budget: { max_cost: number | null };
  agent: string | null;
  mode: "open" | "listed";
  language: string;
  consent: boolean;
  days: { from: string | null; to: string | null };
}

export function FormSection() {
  const [live, setLive] = useState(true);
  const form = useForm<Values>({
    defaultValues: {
      ...{ title: "", welcome: "", budget: { max_cost: 5 }, agent: null, mode: "open", language: "en" },
      ...{ consent: false, days: { from: null, to: null } },
    },
  });
  const send = async (): Promise<void> => {
    const response = await fetch("/api/things", { method: "POST" });
    if (!response.ok) throw { problem: await response.json() };
    notify.good("Saved");
  };
  return (
    <section>
      <h2>Form</h2>
      <Form form={form} onSubmit={send} submit="Create link" onCancel={() => notify.problem("Nothing was saved.")}>
        <div className="columns">
          <FormField form={form} name="title" rules={{ required: "Give it a title." }}>
            {(bound) => <TextField label="Title" help="People see it above the conversation." {...bound} />}
          </FormField>
          <FormField form={form} name="budget.max_cost">
            {(bound) => <NumberField label="Budget" unit="USD" min={0} {...bound} />}
          </FormField>
          <FormField form={form} name="agent">
            {(bound) => <Combobox label="Agent" options={AGENTS} placeholder="Find an agent" {...bound} />}
          </FormField>
          <FormField form={form} name="language">
            {(bound) => (
              <Select
                label="Language"
                options={[
                  { value: "en", label: "English" },
                  { value: "de", label: "German" },
                ]}
                {...bound}
              />
            )}
          </FormField>
          <FormField form={form} name="welcome">
            {(bound) => <TextArea label="Welcome" {...bound} />}
          </FormField>
          <FormField form={form} name="days">
            {(bound) => <DateRange label="Days" {...bound} />}
          </FormField>
          <FormField form={form} name="mode">
            {(bound) => <RadioGroup label="For whom" options={MODES} {...bound} />}
          </FormField>
          <div className="columns">
            <FormField form={form} name="consent">
              {(bound) => <Checkbox label="Ask for consent" help="Before the first message." {...bound} />}
            </FormField>
            <Switch label="Live" value={live} onChange={setLive} />
            <FileButton label="Choose a file" accept=".yaml" onFiles={([file]) => notify.good(file?.name ?? "")}>
              YAML
            </FileButton>
          </div>
        </div>
      </Form>
    </section>
  );
}
