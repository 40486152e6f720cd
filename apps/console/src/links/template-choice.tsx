import { useState } from "react";
import type { Template } from "../api/answers.js";
import { unlessRefused } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Buttons, Fields } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import { Select } from "../ui/select.js";
import { valuesOf } from "./link-body.js";
import { initialValues, type LinkValues } from "./link-form.js";

interface TemplateChoiceProps {
  templates: Template[];
  onFill(values: LinkValues): void;
}

const BUILT_IN_NAMES: Record<string, string> = {
  daily_checkin: "Daily check-in",
  customer_support: "Customer support",
  anonymous_feedback: "Anonymous feedback",
  onboarding: "Onboarding",
};

/** Fills the form from a template; everything can still be changed before the link is created. */
export function TemplateChoice({ templates: given, onFill }: TemplateChoiceProps) {
  const api = useLinkApi();
  const [templates, setTemplates] = useState(given);
  const [chosen, setChosen] = useState("");
  const [deleting, setDeleting] = useState<Template | null>(null);
  const current = templates.find(({ id }) => id === chosen);
  const choose = (id: string): void => {
    setChosen(id);
    const template = templates.find((item) => item.id === id);
    onFill(template === undefined ? initialValues() : valuesOf(template));
  };
  const remove = async (template: Template) => {
    const answer = await api.deleteTemplate(template.id);
    if (answer.type !== "ok") return answer;
    setTemplates((before) => before.filter(({ id }) => id !== template.id));
    setChosen("");
    notify.good(`The template “${template.name}” is deleted.`);
    return null;
  };
  if (templates.length === 0) return null;
  return (
    <Fields>
      <Select
        label="Start from"
        help="Fills in the form; change what you like before you save."
        options={[
          { value: "", label: "An empty form" },
          ...templates.map(({ id, name }) => ({ value: id, label: BUILT_IN_NAMES[id] ?? name })),
        ]}
        value={chosen}
        onChange={choose}
      />
      {current && !current.built_in && (
        <Buttons>
          <Button look="danger" onClick={() => setDeleting(current)}>
            Delete this template
          </Button>
        </Buttons>
      )}
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete the template “${deleting?.name ?? ""}”?`}
        consequences={[
          "It is gone for everybody, at once and for good.",
          "Links that were made of it stay as they are.",
        ]}
        action="Delete the template"
        run={async () => {
          if (deleting !== null) await unlessRefused(remove(deleting));
        }}
      />
    </Fields>
  );
}
