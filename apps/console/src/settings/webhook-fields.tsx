import type { Agent } from "../api/answers.js";
import { Field } from "../parts/field.js";
import { EventChoice } from "./event-choice.js";
import type { WebhookValues } from "./webhook-form.js";

interface WebhookFieldsProps {
  values: WebhookValues;
  wrong: Record<string, string>;
  /** null = the agent cannot be changed. */
  agents: Agent[] | null;
  onChange(change: Partial<WebhookValues>): void;
}

/** What a receiver of webhooks consists of. */
export function WebhookFields({ values, wrong, agents, onChange }: WebhookFieldsProps) {
  return (
    <>
      <fieldset>
        <legend>Where to</legend>
        <Field
          name="url"
          label="Address"
          help="Parley sends a POST here for each event. It must be a public http or https address that answers with 2xx within 15 seconds."
          problem={wrong.url}
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              inputMode="url"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              maxLength={2_000}
              placeholder="https://example.com/parley"
              value={values.url}
              onChange={(event) => onChange({ url: event.currentTarget.value })}
            />
          )}
        </Field>
        <div className="form-pair">
          <Field name="description" label="Name" help="For this list only." problem={wrong.description}>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={500}
                value={values.description}
                onChange={(event) => onChange({ description: event.currentTarget.value })}
              />
            )}
          </Field>
          {agents && (
            <Field name="agent" label="Agent" help="Whose conversations and links it hears of." problem={wrong.agent}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={values.agent}
                  onChange={(event) => onChange({ agent: event.currentTarget.value })}
                >
                  <option value="">Every agent</option>
                  {agents.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
      </fieldset>
      <EventChoice chosen={values.events} problem={wrong.events} onChange={(events) => onChange({ events })} />
      <fieldset>
        <legend>Also tell, when a conversation is over</legend>
        <div className="form-stack">
          <label className="check">
            <input
              type="checkbox"
              checked={values.includeTranscript}
              onChange={(event) => onChange({ includeTranscript: event.currentTarget.checked })}
            />
            <span>
              Its transcript <span className="fact-note">Everything that was said goes to that server.</span>
            </span>
          </label>
          <label className="check">
            <input
              type="checkbox"
              checked={values.includeLatencyMetrics}
              onChange={(event) => onChange({ includeLatencyMetrics: event.currentTarget.checked })}
            />
            <span>How fast the answers came</span>
          </label>
        </div>
      </fieldset>
    </>
  );
}
