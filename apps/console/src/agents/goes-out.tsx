import { useQuery } from "@tanstack/react-query";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import type { VersionView } from "../api/workbench-calls.js";
import { useStore } from "../app/store.js";
import { Time } from "../ui/time.js";
import { useAgent } from "./agent-frame.js";
import type { Draft } from "./draft.js";
import { useAuthors } from "./use-authors.js";
import styles from "./workbench.module.css";

/** The published changes: the user's own since the draft was begun, on top of what others have published since; no other drafts. */
export function GoesOut({ agent, draft }: { agent: Agent; draft: Draft }) {
  const { base, revision } = useStore(draft.store);
  const api = useWorkbench();
  const nameOf = useAuthors();
  const drafts = useQuery({ queryKey: ["drafts", agent.id], queryFn: answered(() => api.drafts(agent.id)), gcTime: 0 });
  const saves = useQuery({
    queryKey: ["draft-saves", agent.id, revision],
    queryFn: answered(() => api.draftSaves(agent.id)),
    enabled: revision > 0,
    gcTime: 0,
  });
  const begun = saves.data?.data.at(-1);
  const newest = saves.data?.data[0];
  const first = begun?.base_version ?? null;
  const versions: readonly VersionView[] = useAgent(agent.slug).data?.versions ?? [];
  const others = drafts.data?.data.filter(({ mine }) => !mine) ?? [];
  const taken =
    first === null || base === null ? [] : versions.filter(({ version }) => version > first && version <= base);
  return (
    <section aria-labelledby="goes-out-title" className={styles.stack}>
      <h3 id="goes-out-title" className={styles.title}>
        Whose changes go out
      </h3>
      <ul className={styles.cards}>
        <li className={styles.card}>
          <span>
            Yours{base === null ? "" : `, since version ${first ?? base}`}
            {newest && begun && newest.revision > begun.revision && ` (${newest.revision - begun.revision + 1} saves)`}
          </span>
          {newest && (
            <span className={styles.muted}>
              saved <Time at={newest.saved_at} />
            </span>
          )}
        </li>
        {taken.map(({ version, author, notes }) => (
          <li key={version} className={styles.card}>
            <span>
              Live already and brought into your draft: version {version}
              {notes === null ? "" : `, “${notes}”`}
            </span>
            <span className={styles.muted}>{nameOf(author) ?? ""}</span>
          </li>
        ))}
        {others.map(({ author, saved_at: at, base_version: from }) => (
          <li key={`${author.via} ${author.id}`} className={styles.card}>
            <span className={styles.muted}>
              Not part of it: the draft of {nameOf(author) ?? "somebody else"}
              {from === null ? "" : `, begun from version ${from}`}
            </span>
            <span className={styles.muted}>
              saved <Time at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
