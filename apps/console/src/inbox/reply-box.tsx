import { type FormEvent, useEffect, useRef } from "react";
import { useShortcut } from "../keys/registry.js";
import { ProblemCard } from "../parts/states.js";
import { Button } from "../ui/button.js";
import styles from "./desk.module.css";
import { useReply } from "./use-reply.js";

/** What the operator writes. Enter sends, Shift and Enter begin a line, Escape gives the keys back to the page. */
export function ReplyBox({ escalation, onRefused }: { escalation: string; onRefused: () => void }) {
  const { text, busy, problem, write, pause, send } = useReply(escalation, onRefused);
  const box = useRef<HTMLTextAreaElement>(null);
  // Drawn when the conversation was taken: the next thing is to write.
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  useShortcut({
    id: "inbox.reply",
    keys: "r",
    label: "Write a reply",
    scope: "Inbox",
    run: () => box.current?.focus(),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send().then(() => box.current?.focus());
  };
  return (
    <form className={styles.reply} onSubmit={submit}>
      {problem && <ProblemCard problem={problem} />}
      <label htmlFor="reply-text">Your answer</label>
      <textarea
        id="reply-text"
        ref={box}
        className={styles.words}
        rows={3}
        dir="auto"
        maxLength={10_000}
        value={text}
        aria-describedby="reply-help"
        onChange={(event) => write(event.currentTarget.value)}
        onBlur={pause}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <div className={styles.end}>
        <p id="reply-help" className={styles.fine}>
          Markdown. Enter sends, Shift and Enter begin a new line, Esc leaves.
        </p>
        <Button type="submit" look="primary" busy={busy} aria-disabled={busy || text.trim() === ""}>
          Send
        </Button>
      </div>
    </form>
  );
}
