import { useState } from "react";
import type { VersionView } from "../api/workbench-calls.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { ProblemCard } from "../ui/problem-card.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { type AgentOnPage, agentPage } from "./agent-frame.js";
import { GateCard } from "./gate-card.js";
import { ReplayDialog } from "./replay-dialog.js";
import { TestOutcomeCard } from "./test-outcome.js";
import { useAuthors } from "./use-authors.js";
import { useVersionActions } from "./use-version-actions.js";
import { VersionDiff } from "./version-diff.js";
import styles from "./workbench.module.css";

/** Every version of an agent, newest first: its author and reason, its changes, and the way back to an older one. */
export const VersionsTab = agentPage((shown) => <Versions {...shown} />);

function Versions({ agent, versions, onChange }: AgentOnPage) {
  const { busy, testing, tested, gated, problem, ...actions } = useVersionActions(agent, onChange);
  const [open, setOpen] = useState<{ dialog: "back" | "diff" | "replay"; version: number } | null>(null);
  const nameOf = useAuthors();
  const close = (): void => setOpen(null);
  const isOlder = (version: number): boolean => agent.active_version !== null && version < agent.active_version;
  if (versions.length === 0) {
    return (
      <EmptyState title="No versions yet">Write the first one in the tab “Prompt”, or import a document.</EmptyState>
    );
  }
  return (
    <section aria-labelledby="versions-title">
      <h2 id="versions-title" className="visually-hidden">
        Versions
      </h2>
      {problem && <ProblemCard problem={problem} />}
      {gated && (
        <GateCard
          key={gated.version}
          title={`Version ${gated.version} was not activated`}
          refusal={gated.refusal}
          told={tested?.version === gated.version}
          testing={testing !== null}
          onTest={() => void actions.test(gated.version)}
          onPublish={(reason) => actions.publish(gated.version, reason)}
        />
      )}
      {tested && <TestOutcomeCard outcome={tested} />}
      <ul className={styles.cards}>
        {versions.map((item) => (
          <VersionRow
            key={item.version}
            version={item}
            author={nameOf(item.author)}
            {...{ busy, testing, isOlder: isOlder(item.version) }}
            onOpen={(dialog) => setOpen({ dialog, version: item.version })}
            onTest={() => void actions.test(item.version)}
            onDownload={() => void actions.download(item.version)}
            onActivate={() => void actions.activate(item.version)}
          />
        ))}
      </ul>
      <ConfirmDialog
        open={open?.dialog === "back"}
        onClose={close}
        title={`Roll back to version ${open?.version}?`}
        consequences={[
          "New conversations begin with it at once.",
          "Conversations that already run keep their version.",
          `Version ${agent.active_version} stays here and can be activated again.`,
        ]}
        action="Roll back"
        run={() => actions.activate(open?.version ?? 0)}
      />
      {open?.dialog === "diff" && <VersionDiff {...{ agent, versions }} version={open.version} onClose={close} />}
      {open?.dialog === "replay" && <ReplayDialog agent={agent} version={open.version} onClose={close} />}
    </section>
  );
}

interface VersionRowProps {
  version: VersionView;
  author: string | null;
  /** The version that is being activated. */
  busy: number | null;
  /** The version whose tests are running. */
  testing: number | null;
  isOlder: boolean;
  onOpen(dialog: "back" | "diff" | "replay"): void;
  onTest(): void;
  onDownload(): void;
  onActivate(): void;
}

function VersionRow({ version: item, author, busy, testing, isOlder, ...on }: VersionRowProps) {
  const number = item.version;
  return (
    <li className={styles.card}>
      <div className={styles.cardText}>
        <div className={styles.state}>
          <h3 className={styles.title}>Version {number}</h3>
          {item.active && <Status tone="good">Live</Status>}
        </div>
        {item.notes && <p>{item.notes}</p>}
        <p className={styles.facts}>
          <span>
            {author === null ? "Made" : `${author},`} <Time at={item.created_at} />
          </span>
          <span title="Fingerprint of the document">
            <Mono>{item.content_hash.slice(0, 12)}</Mono>
          </span>
        </p>
      </div>
      <div className={styles.actions}>
        <Button small look="quiet" aria-label={`Compare version ${number}`} onClick={() => on.onOpen("diff")}>
          Compare
        </Button>
        <Button small look="quiet" aria-label={`Replay against version ${number}`} onClick={() => on.onOpen("replay")}>
          Replay
        </Button>
        <Button small look="quiet" aria-label={`Download version ${number}`} onClick={on.onDownload}>
          Download
        </Button>
        <Button
          small
          look="quiet"
          aria-label={`Test version ${number}`}
          aria-disabled={testing !== null}
          onClick={on.onTest}
        >
          {testing === number ? "Testing…" : "Test"}
        </Button>
        {!item.active && (
          <Button
            small
            aria-label={isOlder ? `Roll back to version ${number}` : `Activate version ${number}`}
            aria-disabled={busy !== null}
            onClick={isOlder ? () => on.onOpen("back") : on.onActivate}
          >
            {busy === number ? "Activating…" : isOlder ? "Roll back" : "Activate"}
          </Button>
        )}
      </div>
    </li>
  );
}
