import { type FormEvent, useEffect, useRef } from "react";
import { ProblemCard } from "../parts/states.js";
import { useReply } from "./use-reply.js";

/** What the operator writes. Enter sends, Shift and Enter begin a line. */
export function ReplyBox({ escalation }: { escalation: string }) {
  const { text, busy, problem, write, pause, send } = useReply(escalation);
  const box = useRef<HTMLTextAreaElement>(null);
  // Drawn when the conversation was taken: the next thing is to write.
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send().then(() => box.current?.focus());
  };
  return (
    <form className="reply" onSubmit={submit}>
      {problem && <ProblemCard problem={problem} />}
      <label htmlFor="reply-text">Your answer</label>
      <textarea
        id="reply-text"
        ref={box}
        className="input"
        rows={3}
        dir="auto"
        maxLength={10_000}
        value={text}
        aria-describedby="reply-help"
        onChange={(event) => write(event.currentTarget.value)}
        onBlur={pause}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
        }}
      />
      <div className="reply-end">
        <p id="reply-help" className="help">
          Enter sends, Shift and Enter begin a new line.
        </p>
        <button type="submit" className="button primary" aria-disabled={busy || text.trim() === ""}>
          {busy ? "Sending…" : "Send"}
        </button>
      </div>
    </form>
  );
}
