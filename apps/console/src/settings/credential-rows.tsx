import { Time } from "../parts/time.js";

/** When a credential was last used, to the minute. */
export function LastUsed({ at }: { at: string | null }) {
  if (at === null) return <span>never used</span>;
  return (
    <span>
      used <Time value={at} />
    </span>
  );
}

interface RetiredProps {
  items: { id: string; name: string; hint: string; state: string }[];
  noun: string;
}

/** Those that open nothing any more, folded away: they matter when somebody asks what a trace in a log belongs to. */
export function Retired({ items, noun }: RetiredProps) {
  if (items.length === 0) return null;
  return (
    <details className="retired">
      <summary>
        {items.length} {noun}
        {items.length === 1 ? "" : "s"}
      </summary>
      <ul className="rows">
        {items.map(({ id, name, hint, state }) => (
          <li key={id} className="row">
            <p className="row-facts">
              <span>{name}</span>
              <span className="mono">{hint}</span>
              <span>{state}</span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
