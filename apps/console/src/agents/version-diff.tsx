import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import type { VersionView } from "../api/workbench-calls.js";
import { MergeView } from "../ui/code/code-editor.js";
import { Dialog } from "../ui/dialog.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import { versionTextOf } from "./use-draft.js";
import styles from "./workbench.module.css";

interface DiffProps {
  agent: Agent;
  versions: readonly VersionView[];
  version: number;
  onClose(): void;
}

/** Any two versions side by side; initially the chosen one and its predecessor. */
export function VersionDiff({ agent, versions, version, onClose }: DiffProps) {
  const api = useWorkbench();
  const [after, setAfter] = useState(String(version));
  const [before, setBefore] = useState(String(olderThan(versions, version)));
  const options = versions.map(({ version: number, active }) => ({
    value: String(number),
    label: `Version ${number}${active ? ", live" : ""}`,
  }));
  const [old, next] = useQueries({
    queries: [before, after].map((number) => ({
      queryKey: ["agent", agent.id, "version-text", number],
      queryFn: answered(() => versionTextOf(api, agent.id, Number(number))),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return (
    <Dialog open wide onClose={onClose} title={`Compare versions of ${agent.name}`}>
      <div className={styles.stack}>
        <div className={styles.head}>
          <Select label="From" options={options} value={before} onChange={setBefore} />
          <Select label="To" options={options} value={after} onChange={setAfter} />
        </div>
        {old && next && (
          <QueryView query={old}>
            {(oldText) => (
              <QueryView query={next}>
                {(newText) =>
                  oldText === newText ? (
                    <p className={styles.muted}>These two say the same.</p>
                  ) : (
                    <MergeView
                      language="yaml"
                      before={oldText}
                      after={newText}
                      beforeLabel={`Version ${before}`}
                      afterLabel={`Version ${after}`}
                    />
                  )
                }
              </QueryView>
            )}
          </QueryView>
        )}
      </div>
    </Dialog>
  );
}

const olderThan = (versions: readonly VersionView[], version: number): number =>
  versions.find((other) => other.version < version)?.version ??
  versions.find((other) => other.version !== version)?.version ??
  version;
