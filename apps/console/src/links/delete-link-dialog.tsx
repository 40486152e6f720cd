import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PublicLink } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { Field, focusFirst } from "../parts/field.js";
import { plural } from "../sessions/session-rows.js";

interface DeleteLinkDialogProps {
  agent: string;
  link: PublicLink;
  onDelete(): Promise<Problem | null>;
  /** Switches the link off, which takes nothing away. */
  onDisable(): void;
  onClose(): void;
}

/** Asks the server anew how many conversations are live and what was said, because the list may be minutes old. */
export function DeleteLinkDialog({ agent, link, onDelete, onDisable, onClose }: DeleteLinkDialogProps) {
  const api = useApi();
  const query = useQuery({ queryKey: ["link", link.id], queryFn: answered(() => api.link(agent, link.id)) });
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string | undefined>();
  const now = query.data ?? link;
  const check = (): boolean => {
    if (now.usage.messages === 0 || typed.trim() === link.title.trim()) return true;
    setWrong("must be the title of the link");
    focusFirst({ confirm_title: "" });
    return false;
  };
  const disable = (): void => {
    onClose();
    onDisable();
  };
  return (
    <ConfirmDialog
      title={`Delete “${link.title}”?`}
      action="Delete the link"
      check={check}
      onConfirm={onDelete}
      onClose={onClose}
    >
      {link.is_active && (
        <p>
          To stop it and keep everything, disable it:{" "}
          <button type="button" className="button quiet small" onClick={disable}>
            Disable instead
          </button>
        </p>
      )}
      <p>{query.isPending ? "Counting the live sessions…" : liveText(now.usage.sessions_active)}</p>
      <p>
        The address stops working at once and for good.{" "}
        {now.usage.messages === 0
          ? "Nothing was said on it."
          : `What was said in ${plural(now.usage.sessions_used, "conversation")}, and every file and value, is removed within minutes and cannot be had back. Only the numbers stay.`}
      </p>
      {now.usage.messages > 0 && (
        <Field name="confirm_title" label="Title of the link, to confirm" help={link.title} problem={wrong}>
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
    </ConfirmDialog>
  );
}

function liveText(live: number): string {
  if (live === 0) return "No session is live on it.";
  return live === 1
    ? "1 live session ends now; its visitor sees that the conversation is over."
    : `${live} live sessions end now; their visitors see that the conversation is over.`;
}
