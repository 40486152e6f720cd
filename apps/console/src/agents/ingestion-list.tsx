import type { Ingestion } from "../api/answers.js";
import { Time } from "../ui/time.js";
import { sizeOf } from "./knowledge-list.js";

const REASONS: Record<string, string> = {
  document_unreadable: "It holds no text that can be read, or is not what it says it is.",
  documents_exhausted: "The agent has as many documents or passages as it may have.",
  input_too_costly: "Reading it takes more time or memory than one document may take. Split it, or send its text.",
  interrupted: "Reading it was interrupted. Send it again.",
};

/** What is being read, and what could not be: whoever has sent it may have closed the page since. */
export function IngestionList({ ingesting }: { ingesting: Ingestion[] }) {
  return (
    <ul className="rows ingesting">
      {ingesting.map(({ name, bytes, status, error, started_at: startedAt }) => (
        <li key={`${name} ${startedAt}`} className="row">
          <div className="row-main">
            <h3 className="row-title">{name}</h3>
            {status === "processing" ? (
              <span className="chip live">Reading</span>
            ) : (
              <span className="chip error">Not added</span>
            )}
          </div>
          {status === "failed" && (
            <p className="row-text">{REASONS[error ?? ""] ?? "It could not be added. Send it again."}</p>
          )}
          <p className="row-facts">
            <span>{sizeOf(bytes)}</span>
            <span>
              sent <Time at={startedAt} />
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}
