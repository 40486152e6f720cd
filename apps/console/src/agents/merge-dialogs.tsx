import { useQuery } from "@tanstack/react-query";
import type { Agent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useWorkbench } from "../api/use-workbench.js";
import { useStore } from "../app/store.js";
import { Dialog } from "../ui/dialog.js";
import { QueryView } from "../ui/query-view.js";
import type { Draft } from "./draft.js";
import { MergeDialog } from "./merge/merge-dialog.js";
import { baseTextOf } from "./use-draft.js";

interface MergeProps {
  draft: Draft;
  onClose(): void;
}

/** Another tab was faster: its changes and the user's own since their common save. */
export function ConflictDialog({ draft, onClose }: MergeProps) {
  const { newer, text, seen } = useStore(draft.store);
  if (newer === null) return null;
  return (
    <MergeDialog
      title={newer.revision === 0 ? "This draft was discarded in another tab" : "This draft was changed in another tab"}
      description="Nothing is lost until you save: your words stay here, the other ones on the server."
      sides={{ base: seen, mine: text, theirs: newer.text }}
      labels={{
        ...{ base: "Before both", mine: "This tab" },
        theirs: newer.revision === 0 ? "What is live" : "The other tab",
      }}
      action="Save the text together"
      onMerged={(merged) => void draft.settle(merged).then(onClose)}
      onClose={onClose}
    />
  );
}

/** Another version went live since the draft was begun: its changes are merged into the draft before that may replace it. */
export function RebaseDialog({ agent, draft, onClose }: MergeProps & { agent: Agent }) {
  const { live, liveText, text, base } = useStore(draft.store);
  const api = useWorkbench();
  const query = useQuery({
    queryKey: ["version-text", agent.id, base],
    queryFn: answered(() => baseTextOf(api, agent, base)),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = `Bring the draft up to date with version ${live ?? "that is live"}`;
  if (query.data === undefined)
    return (
      <Dialog open wide onClose={onClose} title={title}>
        <QueryView query={query}>{() => null}</QueryView>
      </Dialog>
    );
  return (
    <MergeDialog
      title={title}
      description="What the live version has changed comes into your draft. Where both have changed the same place, choose."
      sides={{ base: query.data, mine: text, theirs: liveText }}
      labels={{
        ...{ base: base === null ? "Before both" : `Version ${base}`, mine: "Your draft" },
        theirs: `Live, version ${live ?? ""}`,
      }}
      action="Keep the text together"
      onMerged={(merged) => void draft.rebase(merged).then(onClose)}
      onClose={onClose}
    />
  );
}
