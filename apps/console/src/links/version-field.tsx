import type { Version } from "../api/answers.js";
import { Select } from "../ui/select.js";
import type { LinkValues } from "./link-form.js";

interface VersionFieldProps {
  values: LinkValues;
  wrong: Record<string, string>;
  versions: Version[];
  onChange(name: string, value: string): void;
}

export function VersionField({ values, wrong, versions, onChange }: VersionFieldProps) {
  const chosen = values.agent_version ?? "active";
  // A link may hold a version that is not among those that were loaded.
  const numbers = [...new Set([...versions.map(({ version }) => String(version)), chosen])].filter(
    (version) => version !== "active",
  );
  return (
    <Select
      label="Version of the agent"
      help="A fixed version stays the same when another one is activated."
      error={wrong.agent_version}
      options={[
        { value: "active", label: "Whichever is active" },
        ...numbers.map((value) => ({ value, label: `Version ${value}` })),
      ]}
      value={chosen}
      onChange={(value) => onChange("agent_version", value)}
    />
  );
}
