import type { SessionNote } from "@parley/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { StickyNote, X } from "lucide-react";
import { useState } from "react";
import { noteCalls } from "../api/note-calls.js";
import { Refused } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { IconButton } from "../ui/icon-button.js";
import { Markdown } from "../ui/markdown/markdown.js";
import { Time } from "../ui/time.js";
import styles from "./notes.module.css";

/** A note in its place between the messages. Its author can remove it. */
export function NoteItem({ note }: { note: SessionNote }) {
  const calls = useCalls(noteCalls);
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  return (
    <li className={styles.note} data-said="note">
      <p className={styles.by}>
        <StickyNote className={styles.icon} aria-hidden="true" />
        <strong>{note.author_name ?? (note.mine ? "You" : "Somebody of the team")}</strong>
        <span>noted for the team</span>
        <Time at={note.created_at} show="clock" />
        {note.mine && <IconButton label="Remove this note" icon={<X />} onClick={() => setAsking(true)} />}
      </p>
      <Markdown>{note.content}</Markdown>
      {asking && (
        <ConfirmDialog
          open
          title="Remove this note?"
          consequences={["Nobody of the team reads it any more. It cannot be brought back."]}
          action="Remove"
          onClose={() => setAsking(false)}
          run={async () => {
            const answer = await calls.removeNote(note.session_id, note.id);
            await client.invalidateQueries({ queryKey: ["notes", note.session_id] });
            // Somebody else was faster: it is gone anyway.
            if (answer.type !== "ok" && answer.status !== 404) throw new Refused(answer);
          }}
        />
      )}
    </li>
  );
}
