import {
  EXPIRIES,
  format,
  HIDDEN_TEXTS,
  type LinkValues,
  NUMBER_FIELDS,
  type NumberField,
  type TextField,
  TITLE,
  VISIBLE_TEXTS,
} from "../data/link-form.js";
import type { Version } from "../net/models.js";
import { Field } from "./field.js";

interface LinkFieldsProps {
  agentName: string;
  values: LinkValues;
  wrong: Record<string, string>;
  versions: Version[];
  onChange(name: string, value: string): void;
}

/** Fields of a new link, grouped by the question they answer. */
export function LinkFields(props: LinkFieldsProps) {
  const { agentName } = props;
  return (
    <>
      <fieldset>
        <legend>What visitors see</legend>
        <Line {...props} field={TITLE} placeholder={agentName} />
        {VISIBLE_TEXTS.map((field) => (
          <Paragraph key={field.name} {...props} field={field} />
        ))}
      </fieldset>
      <fieldset>
        <legend>How much it allows</legend>
        <div class="form-pair">
          {NUMBER_FIELDS.map((field) => (
            <WholeNumber key={field.name} {...props} field={field} />
          ))}
          <ExpiryFields {...props} />
        </div>
      </fieldset>
      <details class="fold">
        <summary>More: version, sites, instructions for the agent</summary>
        <VersionField {...props} />
        <SitesField {...props} />
        {HIDDEN_TEXTS.map((field) => (
          <Paragraph key={field.name} {...props} field={field} />
        ))}
        <label class="check">
          <input
            type="checkbox"
            checked={props.values.friendly_errors === "yes"}
            onChange={(event) => props.onChange("friendly_errors", event.currentTarget.checked ? "yes" : "")}
          />
          <span>Tell visitors when the link has expired, instead of “not available”</span>
        </label>
      </details>
    </>
  );
}

function WholeNumber({ field, values, wrong, onChange }: LinkFieldsProps & { field: NumberField }) {
  const { name, label, min, max, unit, help } = field;
  const range = `${min} to ${format(max)}${unit === "" ? "" : ` ${unit}`}.`;
  return (
    <Field name={name} label={label} help={`${range} ${help}`} problem={wrong[name]}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          step={1}
          required
          value={values[name]}
          onInput={(event) => onChange(name, event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Line({
  field,
  values,
  wrong,
  onChange,
  placeholder,
}: LinkFieldsProps & { field: TextField; placeholder: string }) {
  return (
    <Field
      name={field.name}
      label={field.label}
      help={`${field.help} At most ${field.maxLength} characters.`}
      problem={wrong[field.name]}
    >
      {(control) => (
        <input
          {...control}
          class="input"
          maxLength={field.maxLength}
          placeholder={placeholder}
          value={values[field.name]}
          onInput={(event) => onChange(field.name, event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Paragraph({ field, values, wrong, onChange }: LinkFieldsProps & { field: TextField }) {
  const { name, label, maxLength, rows, help } = field;
  return (
    <Field name={name} label={label} help={`${help} At most ${format(maxLength)} characters.`} problem={wrong[name]}>
      {(control) => (
        <textarea
          {...control}
          class="input"
          rows={rows}
          maxLength={maxLength}
          value={values[name]}
          onInput={(event) => onChange(name, event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function ExpiryFields({ values, wrong, onChange }: LinkFieldsProps) {
  return (
    <>
      <Field
        name="expiry"
        label="Stops working"
        help="After this moment nobody can write, also in running conversations."
        problem={wrong.expires_in_hours}
      >
        {(control) => (
          <select
            {...control}
            class="input"
            value={values.expiry}
            onChange={(event) => onChange("expiry", event.currentTarget.value)}
          >
            {EXPIRIES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {values.expiry === "at" && (
        <Field
          name="expires_at"
          label="Date and time"
          help="In the time of this computer; must be in the future."
          problem={wrong.expires_at}
        >
          {(control) => (
            <input
              {...control}
              class="input"
              type="datetime-local"
              value={values.expires_at}
              onInput={(event) => onChange("expires_at", event.currentTarget.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}

function VersionField({ values, wrong, versions, onChange }: LinkFieldsProps) {
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
          class="input"
          value={values.agent_version}
          onChange={(event) => onChange("agent_version", event.currentTarget.value)}
        >
          <option value="active">Whichever is active</option>
          {versions.map(({ version }) => (
            <option key={version} value={String(version)}>
              Version {version}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function SitesField({ values, wrong, onChange }: LinkFieldsProps) {
  return (
    <Field
      name="allowed_domains"
      label="Other sites that may use it"
      help="One per line, at most 50, for example https://example.com or https://*.example.com. Parley’s own chat page always may. Empty: any site."
      problem={wrong.allowed_domains}
    >
      {(control) => (
        <textarea
          {...control}
          class="input mono"
          rows={2}
          spellcheck={false}
          autocapitalize="off"
          value={values.allowed_domains}
          onInput={(event) => onChange("allowed_domains", event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
