import { useLoad } from "../data/use-load.js";
import type { Link } from "../net/models.js";
import type { Problem } from "../net/problem.js";
import { useApi } from "./api-context.js";
import { ConfirmDialog } from "./confirm-dialog.js";

interface DeleteLinkDialogProps {
  agent: string;
  link: Link;
  onDelete(): Promise<Problem | null>;
  onClose(): void;
}

/** Asks the server anew how many conversations are live, because the list may be minutes old. */
export function DeleteLinkDialog({ agent, link, onDelete, onClose }: DeleteLinkDialogProps) {
  const api = useApi();
  const { loaded } = useLoad(link.id, () => api.link(agent, link.id));
  return (
    <ConfirmDialog title={`Delete “${link.title}”?`} action="Delete the link" onConfirm={onDelete} onClose={onClose}>
      <p>
        {loaded.state === "loading" && "Counting the live sessions…"}
        {loaded.state === "failed" && liveText(link.sessionsActive)}
        {loaded.state === "ready" && liveText(loaded.value.sessionsActive)}
      </p>
      <p>The address stops working at once and for good. Past conversations stay under Sessions.</p>
    </ConfirmDialog>
  );
}

function liveText(live: number): string {
  if (live === 0) return "No session is live on it.";
  return live === 1
    ? "1 live session ends now; its visitor sees that the conversation is over."
    : `${live} live sessions end now; their visitors see that the conversation is over.`;
}
