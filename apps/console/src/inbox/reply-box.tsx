import type { SavedReply } from "@parley/contracts";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Escalation, Usage } from "../api/answers.js";
import type { Answer } from "../api/call.js";
import { inboxCalls } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";
import { useShortcut } from "../keys/registry.js";
import { dollars } from "../sessions/session-rows.js";
import { Button } from "../ui/button.js";
import { FileButton } from "../ui/file-button.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { AttachmentList } from "./attachment-list.js";
import styles from "./desk.module.css";
import { operatorName } from "./operator-name.js";
import { filled, placeLeft, useSavedReplies } from "./saved-replies.js";
import { LIST_ID, optionId, ReplyKey, SavedReplyList } from "./saved-reply-list.js";
import { SuggestButton } from "./suggest-button.js";
import { useAttachments } from "./use-attachments.js";
import { useReply } from "./use-reply.js";
import { useSlash } from "./use-slash.js";
import { useSuggestion } from "./use-suggestion.js";

type Then = NonNullable<SavedReply["action"]>;
type Macro = Pick<SavedReply, "action" | "transfer_to">;

interface Given {
  escalation: string;
  session: string;
  /** Values that saved replies may refer to. */
  values: Readonly<Record<string, unknown>>;
  /** The state has changed: refused, resolved or handed back. */
  onChanged(): void;
}

const SUGGEST = { id: "inbox.suggest", keys: "s", label: "Suggest a reply", scope: "Inbox" };
const SEND: Record<Then, string> = {
  ...{ resolve: "Send and resolve", hand_back: "Send and hand back", transfer: "Send and transfer" },
};
const DONE: Record<Then, string> = {
  ...{ resolve: "It is resolved.", hand_back: "The agent goes on.", transfer: "The conversation was transferred." },
};

/** The operator's reply. Enter sends, Shift and Enter start a new line, a slash offers saved replies, Escape leaves the field. */
export function ReplyBox({ escalation, session, values, onChanged }: Given) {
  const files = useAttachments(escalation, session);
  const { text, busy, problem, write, pause, send } = useReply(escalation, onChanged);
  const box = useRef<HTMLTextAreaElement>(null);
  const { next, setNext, follow, trouble } = useMacro(escalation, onChanged);
  const replies = useSavedReplies();
  const put = (reply: SavedReply, from: number, to: number): void => {
    const words = filled(reply.content, { ...values, operator_name: operatorName.get() });
    const whole = text.slice(0, from) + words + text.slice(to);
    write(whole);
    setNext(reply);
    const place = placeLeft(words);
    const [start, end] = place ? [from + place.from, from + place.to] : [from + words.length, from + words.length];
    // After React has rendered the text.
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(start, end);
      slash.look(start);
    });
  };
  const slash = useSlash({ text, replies, insert: put });
  const chosen = slash.found[slash.active];
  const suggestion = useSuggestion(escalation, (draft) => {
    // Text typed meanwhile stays.
    write(latest.current.trim() === "" ? draft : `${latest.current.trimEnd()}\n\n${draft}`);
    focus();
  });
  const ask = (): void => void suggestion.ask();
  useShortcut({ ...SUGGEST, run: ask, enabled: !suggestion.busy });
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  });
  // Mounted when the conversation was assigned: the next step is to write.
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  const focus = (): void => box.current?.focus();
  useShortcut({ id: "inbox.reply", keys: "r", label: "Write a reply", scope: "Inbox", run: focus });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!files.ready) return;
    void send(files.list.flatMap(({ id }) => id ?? []))
      .then((sent) => {
        if (!sent) return undefined;
        files.clear();
        return follow();
      })
      .then(focus);
  };
  const shown = problem ?? trouble ?? suggestion.problem;
  return (
    <form className={styles.reply} onSubmit={submit}>
      {replies.map((reply) =>
        reply.digit === null ? null : (
          <ReplyKey key={reply.id} reply={reply} run={() => put(reply, text.length, text.length)} />
        ),
      )}
      {shown && <ProblemCard problem={shown} />}
      <label htmlFor="reply-text">Your answer</label>
      <SavedReplyList slash={slash} />
      <textarea
        id="reply-text"
        ref={box}
        className={styles.words}
        rows={3}
        dir="auto"
        maxLength={10_000}
        value={text}
        aria-describedby="reply-help"
        aria-haspopup="listbox"
        aria-controls={chosen && LIST_ID}
        aria-activedescendant={chosen && optionId(chosen)}
        onChange={({ currentTarget: { value, selectionStart } }) => {
          write(value);
          slash.look(selectionStart);
          if (value.trim() === "") setNext(null);
        }}
        onSelect={({ currentTarget }) => slash.look(currentTarget.selectionStart)}
        onBlur={pause}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files];
          if (pasted.length === 0) return;
          event.preventDefault();
          files.add(pasted);
        }}
        onKeyDown={(event) => {
          if (slash.press(event)) return;
          if (event.key === "Escape" && suggestion.busy) return suggestion.cancel();
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {suggestion.usage && text.trim() !== "" && <DraftCost usage={suggestion.usage} />}
      <AttachmentList files={files} />
      <div className={styles.end}>
        <p id="reply-help" className={styles.fine}>
          Markdown, / for saved replies. Enter sends, Shift and Enter begin a new line, Esc leaves.
        </p>
        <span className={styles.acts}>
          <FileButton label="Attach" multiple onFiles={files.add} />
          <SuggestButton busy={suggestion.busy} onAsk={ask} onCancel={suggestion.cancel} />
          {next !== null && <Button onClick={() => setNext(null)}>Only send</Button>}
          <Button type="submit" look="primary" busy={busy} aria-disabled={busy || text.trim() === "" || !files.ready}>
            {next === null ? "Send" : SEND[next]}
          </Button>
        </span>
      </div>
    </form>
  );
}

/** The cost of the agent's draft, which counts against the budget of the link. */
function DraftCost({ usage: { input_tokens, output_tokens, cost } }: { usage: Usage }) {
  return (
    <p className={styles.fine} role="status">
      The draft took {(input_tokens + output_tokens).toLocaleString("en")} tokens
      {cost === null ? "" : `, ${dollars.format(cost)}`}.
    </p>
  );
}

/** The action of a macro once its text has been sent. */
function useMacro(escalation: string, onChanged: () => void) {
  const api = useCalls(inboxCalls);
  const [macro, setMacro] = useState<Macro | null>(null);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const next = macro?.action ?? null;
  const act = (then: Then): Promise<Answer<Escalation>> => {
    switch (then) {
      case "resolve":
        return api.resolveEscalation(escalation, "", false);
      case "hand_back":
        return api.handBack(escalation, "");
      case "transfer":
        return api.transferEscalation(escalation, macro?.transfer_to ?? "", "");
    }
  };
  return {
    next,
    setNext: setMacro,
    trouble,
    async follow(): Promise<void> {
      if (next === null) return;
      setMacro(null);
      const answer = await act(next);
      setTrouble(answer.type === "ok" ? null : answer);
      if (answer.type === "ok") notify.good(DONE[next]);
      onChanged();
    },
  };
}
