import { useQuery } from "@tanstack/react-query";
import type { PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { plural } from "../sessions/session-rows.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";

interface DeleteLinkDialogProps {
  open: boolean;
  agent: string;
  link: PublicLink;
  onDelete: () => Promise<unknown>;
  /** Disables the link, which removes nothing. */
  onDisable: () => Promise<unknown>;
  onClose: () => void;
}

/** Refetches the number of live conversations and of messages, because the list may be minutes old. */
export function DeleteLinkDialog({ open, agent, link, onDelete, onDisable, onClose }: DeleteLinkDialogProps) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link.id],
    queryFn: answered(() => api.link(agent, link.id)),
    enabled: open,
  });
  const { usage } = query.data ?? link;
  const wasUsed = usage.messages > 0;
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Delete “${link.title}”?`}
      {...(link.is_active
        ? {
            milder: {
              text: "Disabling it stops it now and keeps everything; it can be enabled again.",
              action: "Disable instead",
              run: onDisable,
            },
          }
        : {})}
      consequences={[
        query.isFetching ? "Counting the live sessions…" : liveText(usage.sessions_active),
        "The address stops working at once and for good.",
        wasUsed
          ? `What was said in ${plural(usage.sessions_used, "conversation")}, and every file and value, is removed within minutes and cannot be had back. Only the numbers stay.`
          : "It has no messages.",
      ]}
      {...(wasUsed ? { typed: link.title } : {})}
      action="Delete the link"
      run={onDelete}
    />
  );
}

function liveText(live: number): string {
  if (live === 0) return "No session is live on it.";
  return live === 1
    ? "1 live session ends now; its visitor sees that the conversation is over."
    : `${live} live sessions end now; their visitors see that the conversation is over.`;
}
