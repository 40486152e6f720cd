import { useState } from "react";
import type { Template } from "../api/answers.js";
import { unlessRefused } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { notify } from "../ui/notify.js";
import { valuesOf } from "./link-body.js";
import { initialValues, type LinkValues } from "./link-form.js";

interface TemplateChoiceProps {
  templates: Template[];
  onFill(values: LinkValues): void;
}

const HOUSE_NAMES: Record<string, string> = {
  daily_checkin: "Daily check-in",
  customer_support: "Customer support",
  anonymous_feedback: "Anonymous feedback",
  onboarding: "Onboarding",
};

/** Fills the form from a template; everything can still be changed before the link is made. */
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
    <div className="template-choice">
      <div className="field">
        <label htmlFor="field-template">Start from</label>
        <select
          id="field-template"
          className="input"
          aria-describedby="field-template-help"
          value={chosen}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">An empty form</option>
          <Options label="Built-in templates" templates={templates.filter(({ built_in: builtIn }) => builtIn)} />
          <Options label="Your templates" templates={templates.filter(({ built_in: builtIn }) => !builtIn)} />
        </select>
        <p id="field-template-help" className="help">
          Fills in the form; change what you like before you save.
        </p>
      </div>
      {current && !current.built_in && (
        <button type="button" className="button quiet small risky" onClick={() => setDeleting(current)}>
          Delete this template
        </button>
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
    </div>
  );
}

function Options({ label, templates }: { label: string; templates: Template[] }) {
  if (templates.length === 0) return null;
  return (
    <optgroup label={label}>
      {templates.map(({ id, name }) => (
        <option key={id} value={id}>
          {HOUSE_NAMES[id] ?? name}
        </option>
      ))}
    </optgroup>
  );
}
