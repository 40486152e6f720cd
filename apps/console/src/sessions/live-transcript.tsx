import type { WatchState } from "../api/watch-session.js";
import { Empty, ProblemCard } from "../parts/states.js";
import { Time } from "../parts/time.js";
import type { TranscriptMessage } from "./transcript.js";
import { TranscriptHead } from "./transcript-head.js";
import type { Watched } from "./use-live-session.js";

const STATES: Record<WatchState, { word: string; look: string } | null> = {
  connecting: { word: "Connecting…", look: "" },
  live: { word: "Live", look: "live" },
  interrupted: { word: "Reconnecting…", look: "warning" },
  over: null,
  refused: { word: "Not live", look: "warning" },
};

/** Whether what is shown is what happens. Read out when it changes. */
export function LiveState({ state }: { state: WatchState }) {
  const shown = STATES[state];
  return <span role="status">{shown && <span className={`chip ${shown.look}`}>{shown.word}</span>}</span>;
}

/** What was said, oldest first, and what is being said; `bare` = without a heading. Text is shown as text: neither markdown nor markup of a conversation is interpreted here. */
export function LiveTranscript({ watched, bare = false }: { watched: Watched; bare?: boolean }) {
  const { live, problem, truncated, loaded, readable } = watched;
  const { messages, writing, label, typing } = live;
  const nothing = loaded && messages.length === 0 && writing === null;
  return (
    <section className="block">
      {!bare && <TranscriptHead id={live.session.session_id} offered={loaded && readable && !nothing} />}
      {problem && <ProblemCard problem={problem} />}
      {truncated && <p>Only the newest messages are shown.</p>}
      {nothing && problem === null && (
        <Empty title="Nothing was said yet">
          <p>The words of visitor and agent appear here as they are spoken.</p>
        </Empty>
      )}
      <div role="log" aria-label="What was said">
        {messages.length > 0 && (
          <ol className="transcript">
            {messages.map((message) => (
              <Spoken key={message.key} message={message} />
            ))}
          </ol>
        )}
      </div>
      {writing && <Writing parts={writing.parts} />}
      <Sign label={label} typing={typing} />
    </section>
  );
}

function Spoken({ message }: { message: TranscriptMessage }) {
  const { role, human, nodeName, failed, createdAt, content } = message;
  return (
    <li className={`spoken ${role}`}>
      <p className="spoken-by">
        <strong>{role === "user" ? "Visitor" : human === null ? "Agent" : (human.name ?? "A human")}</strong>
        {nodeName !== null && <span>{nodeName}</span>}
        <Time value={createdAt} exact />
        {failed && <span>not answered</span>}
      </p>
      <p className="spoken-text" dir="auto">
        {content}
      </p>
    </li>
  );
}

/** No part of the log: it is read out when it is whole. */
function Writing({ parts }: { parts: string[] }) {
  return (
    <div className="spoken assistant writing">
      <p className="spoken-by">
        <strong>Agent</strong>
        <span>is writing…</span>
      </p>
      {parts.map((words, part) => (
        <p key={String(part)} className="spoken-text" dir="auto">
          {words}
        </p>
      ))}
    </div>
  );
}

function Sign({ label, typing }: { label: string | null; typing: "visitor" | "operator" | null }) {
  const words =
    typing === "visitor" ? "The visitor is typing…" : typing === "operator" ? "The operator is typing…" : label;
  return words === null ? null : <p className="sign">{words}</p>;
}
