import { EVENT_GROUPS } from "./webhook-events.js";

interface EventChoiceProps {
  /** null = everything, kinds that come later included. */
  chosen: ReadonlySet<string> | null;
  problem: string | undefined;
  onChange(chosen: ReadonlySet<string> | null): void;
}

/** Which events a receiver is told of. */
export function EventChoice({ chosen, problem, onChange }: EventChoiceProps) {
  const toggle = (name: string, on: boolean): void => {
    const after = new Set(chosen);
    if (on) after.add(name);
    else after.delete(name);
    onChange(after);
  };
  return (
    <fieldset aria-describedby="events-problem">
      <legend>Events</legend>
      <div className="form-stack">
        <label className="check">
          <input type="radio" name="events" checked={chosen === null} onChange={() => onChange(null)} />
          <span>Everything, also what is added later</span>
        </label>
        <label className="check">
          <input
            id="field-events"
            type="radio"
            name="events"
            checked={chosen !== null}
            onChange={() => chosen === null && onChange(new Set(["session.started", "session.ended"]))}
          />
          <span>Only these</span>
        </label>
        <p id="events-problem" className="field-problem">
          {problem}
        </p>
        {chosen !== null && (
          <div className="event-groups under-check">
            {EVENT_GROUPS.map(({ label, events }) => (
              <fieldset key={label} className="plain">
                <legend className="group-name">{label}</legend>
                {events.map(({ name, tells }) => (
                  <label key={name} className="check">
                    <input
                      type="checkbox"
                      checked={chosen.has(name)}
                      onChange={(event) => toggle(name, event.currentTarget.checked)}
                    />
                    <span>
                      <code>{name}</code> <span className="fact-note">{tells}</span>
                    </span>
                  </label>
                ))}
              </fieldset>
            ))}
          </div>
        )}
      </div>
    </fieldset>
  );
}
