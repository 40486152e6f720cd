import type { Ingestion } from "../api/answers.js";
import { Note, Row, Rows } from "../ui/block.js";
import { Status } from "../ui/status.js";
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
    <Rows label="Being read">
      {ingesting.map(({ name, bytes, status, error, started_at: startedAt }) => (
        <Row
          key={`${name} ${startedAt}`}
          title={name}
          beside={
            status === "processing" ? <Status tone="accent">Reading</Status> : <Status tone="problem">Not added</Status>
          }
          facts={[
            sizeOf(bytes),
            <>
              sent <Time at={startedAt} />
            </>,
          ]}
        >
          {status === "failed" && <Note>{REASONS[error ?? ""] ?? "It could not be added. Send it again."}</Note>}
        </Row>
      ))}
    </Rows>
  );
}
