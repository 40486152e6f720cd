import { useState } from "react";
import type { PublicLink } from "../api/answers.js";
import { Link } from "../parts/link.js";
import { StatusChip } from "../parts/status-chip.js";
import { Time } from "../parts/time.js";
import { plural } from "../sessions/session-rows.js";

interface LinkRowProps {
  link: PublicLink;
  agent: string;
  chosen: boolean;
  onChoose(chosen: boolean): void;
  onCopy(): Promise<void>;
  onToggle(): Promise<void>;
  onDelete(): void;
}

/** One link: its state, how much of it is used, and what can be done with it. */
export function LinkRow(props: LinkRowProps) {
  const { link, agent, chosen, onChoose } = props;
  const { usage } = link;
  return (
    <li className="row with-actions">
      <div className="row-body">
        <input
          className="row-choice"
          type="checkbox"
          aria-label={`Select ${link.title}`}
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
        <div>
          <div className="row-main">
            <h2 className="row-title">
              <Link className="row-title" to="/links/$agent/$id" params={{ agent, id: link.id }}>
                {link.title}
              </Link>
            </h2>
            <StatusChip status={link.status} />
            {usage.sessions_active > 0 && <span className="chip live">{usage.sessions_active} live</span>}
          </div>
          {link.description && <p className="row-text">{link.description}</p>}
          <div className="usage">
            <progress
              value={usage.sessions_used}
              max={Math.max(1, link.max_sessions)}
              aria-label={`Conversations used of ${link.title}`}
            />
            <span>
              {usage.sessions_used.toLocaleString("en")} of {plural(link.max_sessions, "conversation")} used
            </span>
          </div>
          <Facts link={link} />
        </div>
      </div>
      <RowActions {...props} />
    </li>
  );
}

function Facts({ link }: { link: PublicLink }) {
  const recipient = link.recipient?.name ?? link.recipient?.email;
  return (
    <p className="row-facts">
      <span className="mono" title="End of the secret address">
        {link.token_hint}
      </span>
      {recipient && <span>for {recipient}</span>}
      <span>{plural(link.usage.messages, "message")}</span>
      <span>{link.agent_version === "active" ? "active version" : `version ${link.agent_version}`}</span>
      <Expiry link={link} />
      <span>
        {link.usage.last_used_at === null ? (
          "never used"
        ) : (
          <>
            used <Time value={link.usage.last_used_at} />
          </>
        )}
      </span>
    </p>
  );
}

function RowActions({ link, agent, onCopy, onToggle, onDelete }: LinkRowProps) {
  const [busy, setBusy] = useState(false);
  const once = async (what: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    await what();
    setBusy(false);
  };
  return (
    <div className="actions">
      <button
        type="button"
        className="button quiet small"
        aria-disabled={busy}
        aria-label={`Copy the address of ${link.title}`}
        onClick={() => void once(onCopy)}
      >
        Copy
      </button>
      <Link
        className="button quiet small"
        to="/links/$agent/$id/edit"
        params={{ agent, id: link.id }}
        aria-label={`Change ${link.title}`}
      >
        Change
      </Link>
      <button
        type="button"
        className="button quiet small"
        aria-disabled={busy}
        aria-label={`${link.is_active ? "Disable" : "Enable"} ${link.title}`}
        onClick={() => void once(onToggle)}
      >
        {link.is_active ? "Disable" : "Enable"}
      </button>
      <button type="button" className="button quiet small risky" aria-label={`Delete ${link.title}`} onClick={onDelete}>
        Delete
      </button>
    </div>
  );
}

function Expiry({ link }: { link: PublicLink }) {
  if (link.expires_at === null) return <span>never expires</span>;
  return (
    <span>
      {link.status === "expired" ? "expired " : "expires "}
      <Time value={link.expires_at} />
    </span>
  );
}
