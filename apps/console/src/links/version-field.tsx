import type { Version } from "../api/answers.js";
import { FormField } from "../ui/form.js";
import { Select } from "../ui/select.js";
import type { LinkForm } from "./link-form.js";

export function VersionField({ form, versions }: { form: LinkForm; versions: Version[] }) {
  const chosen = form.watch("agent_version") ?? "active";
  // A link may use a version that was not loaded.
  const numbers = [...new Set([...versions.map(({ version }) => String(version)), chosen])].filter(
    (version) => version !== "active",
  );
  return (
    <FormField form={form} name="agent_version">
      {(bound) => (
        <Select
          label="Version of the agent"
          help="A fixed version stays the same when another one is activated."
          options={[
            { value: "active", label: "Whichever is active" },
            ...numbers.map((value) => ({ value, label: `Version ${value}` })),
          ]}
          {...bound}
        />
      )}
    </FormField>
  );
}
