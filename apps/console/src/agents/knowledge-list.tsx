import { type ReactNode, useState } from "react";
import type { KnowledgeDocument, VectorState } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { Note, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";

const KINDS: Record<string, string> = {
  "text/markdown": "Markdown",
  "text/plain": "Text",
  "text/html": "HTML",
  "application/pdf": "PDF",
};
const VECTORS: Record<VectorState, { label: string; tone: Tone }> = {
  off: { label: "Words only", tone: "neutral" },
  queued: { label: "Waits for vectors", tone: "neutral" },
  processing: { label: "Making vectors", tone: "accent" },
  ready: { label: "Words and vectors", tone: "good" },
  failed: { label: "Vectors failed", tone: "warn" },
};

interface KnowledgeListProps {
  agent: string;
  documents: KnowledgeDocument[];
  onChange(): Promise<unknown>;
}

/** The documents that the newest version uses, each with its state, its size and its users. */
export function KnowledgeList({ agent, documents, onChange }: KnowledgeListProps) {
  const api = useCalls(knowledgeCalls);
  const [asked, setAsked] = useState<KnowledgeDocument | null>(null);
  return (
    <>
      <Rows>
        {documents.map((document) => (
          <DocumentRow key={document.id} {...{ agent, document }} onDelete={() => setAsked(document)} />
        ))}
      </Rows>
      <ConfirmDialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Delete “${asked?.name ?? ""}”?`}
        consequences={[
          asked === null ? "" : endsText(asked),
          "All its revisions and their text are gone at once and for good.",
          "Answers that were given stay in their conversations.",
        ]}
        {...(asked === null ? {} : { typed: asked.name })}
        action="Delete the document"
        run={async () => {
          if (asked === null) return;
          await answered(() => api.deleteDocument(agent, asked.id))();
          notify.good(`“${asked.name}” is deleted.`);
          await onChange();
        }}
      />
    </>
  );
}

interface DocumentRowProps {
  agent: string;
  document: KnowledgeDocument;
  onDelete(): void;
}

function DocumentRow({ agent, document, onDelete }: DocumentRowProps) {
  const { label, tone } = VECTORS[document.embedding?.status ?? "off"];
  return (
    <Row
      title={
        <Link to="/knowledge/$agent/$id" params={{ agent, id: document.id }}>
          {document.name}
        </Link>
      }
      beside={<Status tone={tone}>{label}</Status>}
      facts={documentFacts(document)}
      actions={
        <Button small look="danger" aria-label={`Delete ${document.name}`} onClick={onDelete}>
          Delete
        </Button>
      }
    >
      {document.embedding?.status === "failed" && (
        <Note>
          The embedding model did not answer ({document.embedding.error}); it is asked again every minute. Words are
          found meanwhile.
        </Note>
      )}
    </Row>
  );
}

/** Kind, size, passages, versions and costs of a revision. */
export function documentFacts(document: KnowledgeDocument): ReactNode[] {
  const { media_type: mediaType, bytes, chunks } = document;
  const { tokens = 0, cost = 0 } = document.embedding ?? {};
  const price = cost !== null && cost > 0 ? ` ($${cost.toPrecision(2)})` : "";
  return [
    KINDS[mediaType] ?? mediaType,
    sizeOf(bytes),
    chunks === 1 ? "1 passage" : `${chunks} passages`,
    versionsOf(document),
    tokens > 0 && `${tokens.toLocaleString()} tokens for vectors${price}`,
    <>
      added <Time at={document.created_at} />
    </>,
  ];
}

function versionsOf({ from_version: fromVersion, until_version: untilVersion }: KnowledgeDocument): string {
  if (untilVersion === null) return `used by version ${fromVersion} and newer`;
  const last = untilVersion - 1;
  if (last < fromVersion) return "used by no version";
  return last === fromVersion ? `used by version ${last} only` : `used by versions ${fromVersion} to ${last}`;
}

function endsText({ from_version: fromVersion, revision }: KnowledgeDocument): string {
  const earlier = revision > 1 ? ", and older versions the revisions they have kept" : "";
  return `Version ${fromVersion} and newer lose it with the next answer${earlier}; conversations that run now too.`;
}

const UNITS = ["bytes", "kB", "MB"] as const;
export function sizeOf(bytes: number): string {
  const power = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const shown = bytes / 1_000 ** power;
  return `${power === 0 || shown >= 10 ? Math.round(shown) : shown.toFixed(1)} ${UNITS[power]}`;
}
