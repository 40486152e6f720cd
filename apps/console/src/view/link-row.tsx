import { useState } from "preact/hooks";
import type { Link } from "../net/models.js";
import { pathOf } from "../routing/route.js";
import { plural } from "./session-rows.js";
import { StatusChip } from "./status-chip.js";
import { Time } from "./time.js";

interface LinkRowProps {
  link: Link;
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
  return (
    <li class="row with-actions">
      <div class="row-body">
        <input
          class="row-choice"
          type="checkbox"
          aria-label={`Select ${link.title}`}
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
        <div>
          <div class="row-main">
            <h2 class="row-title">
              <a class="row-title" href={pathOf({ page: "link", agent, id: link.id })}>
                {link.title}
              </a>
            </h2>
            <StatusChip status={link.status} />
            {link.sessionsActive > 0 && <span class="chip live">{link.sessionsActive} live</span>}
          </div>
          {link.description && <p class="row-text">{link.description}</p>}
          <div class="usage">
            <progress
              value={link.sessionsUsed}
              max={Math.max(1, link.maxSessions)}
              aria-label={`Conversations used of ${link.title}`}
            />
            <span>
              {link.sessionsUsed.toLocaleString("en")} of {plural(link.maxSessions, "conversation")} used
            </span>
          </div>
          <Facts link={link} />
        </div>
      </div>
      <RowActions {...props} />
    </li>
  );
}

function Facts({ link }: { link: Link }) {
  return (
    <p class="row-facts">
      <span class="mono" title="End of the secret address">
        {link.tokenHint}
      </span>
      {link.recipient !== null && <span>for {link.recipient}</span>}
      <span>{plural(link.messages, "message")}</span>
      <span>{link.agentVersion === null ? "active version" : `version ${link.agentVersion}`}</span>
      <Expiry link={link} />
      <span>
        {link.lastUsedAt === null ? (
          "never used"
        ) : (
          <>
            used <Time value={link.lastUsedAt} />
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
    <div class="actions">
      <button
        type="button"
        class="button quiet small"
        aria-disabled={busy}
        aria-label={`Copy the address of ${link.title}`}
        onClick={() => void once(onCopy)}
      >
        Copy
      </button>
      <a
        class="button quiet small"
        href={pathOf({ page: "edit-link", agent, id: link.id })}
        aria-label={`Change ${link.title}`}
      >
        Change
      </a>
      <button
        type="button"
        class="button quiet small"
        aria-disabled={busy}
        aria-label={`${link.isActive ? "Disable" : "Enable"} ${link.title}`}
        onClick={() => void once(onToggle)}
      >
        {link.isActive ? "Disable" : "Enable"}
      </button>
      <button type="button" class="button quiet small risky" aria-label={`Delete ${link.title}`} onClick={onDelete}>
        Delete
      </button>
    </div>
  );
}

function Expiry({ link }: { link: Link }) {
  if (link.expiresAt === null) return <span>never expires</span>;
  return (
    <span>
      {link.status === "expired" ? "expired " : "expires "}
      <Time value={link.expiresAt} />
    </span>
  );
}
