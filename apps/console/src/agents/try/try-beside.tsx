import type { ReactNode } from "react";
import type { Agent } from "../../api/answers.js";
import { useStore } from "../../app/store.js";
import { useShortcut } from "../../keys/registry.js";
import { onDemand } from "../../ui/on-demand.js";
import { Skeleton } from "../../ui/skeleton.js";
import type { Draft } from "../draft.js";
import styles from "./try.module.css";
import { useTalk } from "./use-talk.js";

const TryPane = onDemand(
  async () => (await import("./try-pane.js")).TryPane,
  () => <Skeleton lines={6} />,
);

interface BesideProps {
  agent: Agent;
  draft: Draft;
  children: ReactNode;
}

/** The edited content, with a test conversation beside it. */
export function TryBeside({ agent, draft, children }: BesideProps) {
  const talk = useTalk(agent, draft);
  const { open } = useStore(talk.store);
  const run = () => talk.open(!open);
  useShortcut({ id: "agent.try", keys: "y", label: "Try the agent", scope: "Agent", run });
  return (
    <div className={open ? styles.beside : undefined}>
      <div className={styles.work}>{children}</div>
      {open && <TryPane agent={agent} draft={draft} talk={talk} />}
    </div>
  );
}
