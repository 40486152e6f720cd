import type { Version } from "../api/answers.js";
import { Field } from "../parts/field.js";
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
    <Field
      name="agent_version"
      label="Version of the agent"
      help="A fixed version stays the same when another one is activated."
      problem={wrong.agent_version}
    >
      {(control) => (
        <select
          {...control}
          className="input"
          value={chosen}
          onChange={(event) => onChange("agent_version", event.currentTarget.value)}
        >
          <option value="active">Whichever is active</option>
          {numbers.map((version) => (
            <option key={version} value={version}>
              Version {version}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
