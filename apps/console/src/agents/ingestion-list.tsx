import type { Ingestion } from "../api/answers.js";
import { Note, Row, Rows } from "../ui/block.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { sizeOf } from "./knowledge-list.js";

const REASONS: Record<string, string> = {
  document_unreadable: "It contains no readable text, or is not of the declared type.",
  documents_exhausted: "The agent has reached its limit of documents or passages.",
  input_too_costly: "Reading it takes more time or memory than allowed. Split it, or send its text.",
  interrupted: "Reading it was interrupted. Send it again.",
};

/** Documents in progress and failed ones, even if the page of the upload was closed since. */
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
