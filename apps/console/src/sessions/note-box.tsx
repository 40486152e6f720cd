import { randomId } from "@parley/web-kit";
import { useQueryClient } from "@tanstack/react-query";
import { StickyNote } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { noteCalls } from "../api/note-calls.js";
import { useCalls } from "../api/use-calls.js";
import { operatorName } from "../inbox/operator-name.js";
import { Keys } from "../keys/keys.js";
import { useShortcut, useShortcutKeys } from "../keys/registry.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { TextArea } from "../ui/text-field.js";
import { Trouble } from "../ui/trouble.js";
import styles from "./notes.module.css";

/** Internal notes of the team, independent of the assignee, also after the end. */
export function NoteBox({ session }: { session: string }) {
  const [open, setOpen] = useState(false);
  useShortcut({ id: "notes.add", keys: "n", label: "Note something", scope: "Inbox", run: () => setOpen(true) });
  const keys = useShortcutKeys("notes.add");
  if (open) return <Writing session={session} onClose={() => setOpen(false)} />;
  return (
    <div className={styles.add}>
      <Button look="quiet" small icon={<StickyNote />} onClick={() => setOpen(true)}>
        Add a note for the team
        {keys !== null && (
          <span className={styles.key} aria-hidden="true">
            <Keys keys={keys} />
          </span>
        )}
      </Button>
    </div>
  );
}

function Writing({ session, onClose }: { session: string; onClose(): void }) {
  const calls = useCalls(noteCalls);
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  // The key of this text, until it has arrived.
  const key = useRef(randomId());
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("textarea")?.focus(), []);
  const save = async (): Promise<void> => {
    if (busy || text.trim() === "") return;
    setBusy(true);
    const answer = await calls.addNote(session, text, { name: operatorName.get(), key: key.current });
    setBusy(false);
    if (answer.type !== "ok") return setTrouble(answer.detail);
    await client.invalidateQueries({ queryKey: ["notes", session] });
    notify.good("Noted.");
    onClose();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && text.trim() === "") onClose();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void save();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the field in it
    <div ref={box} className={styles.box} onKeyDown={press}>
      <TextArea
        label="Note for the team"
        help="Markdown. Visitors and agents never read it. Ctrl and Enter save."
        maxLength={4_000}
        value={text}
        onChange={(words) => {
          key.current = randomId();
          setText(words);
        }}
      />
      <Trouble>{trouble}</Trouble>
      <div className={styles.end}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" busy={busy} onClick={() => void save()}>
          Save the note
        </Button>
      </div>
    </div>
  );
}
