import type { PublicLink } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { plural } from "../sessions/session-rows.js";

interface DisableLinksDialogProps {
  links: PublicLink[];
  onDisable(links: PublicLink[]): Promise<Problem | null>;
  onClose(): void;
}

/** Says what disabling many links at once will stop. */
export function DisableLinksDialog({ links, onDisable, onClose }: DisableLinksDialogProps) {
  const live = links.reduce((sum, { usage }) => sum + usage.sessions_active, 0);
  return (
    <ConfirmDialog
      title={`Disable ${plural(links.length, "link")}?`}
      action="Disable them"
      onConfirm={() => onDisable(links)}
      onClose={onClose}
    >
      <p>
        {live === 0
          ? "No session is live on them."
          : `${plural(live, "live session")} stop${live === 1 ? "s" : ""} now.`}
      </p>
      <p>Nobody can write on them until they are enabled again; then their sessions go on.</p>
    </ConfirmDialog>
  );
}
