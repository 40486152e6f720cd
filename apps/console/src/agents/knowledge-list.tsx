import { useState } from "react";
import type { KnowledgeDocument, VectorState } from "../api/answers.js";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { Time } from "../ui/time.js";

const KINDS: Record<string, string> = {
  "text/markdown": "Markdown",
  "text/plain": "Text",
  "text/html": "HTML",
  "application/pdf": "PDF",
};
const VECTOR_CHIPS: Record<VectorState, { label: string; tone: string }> = {
  off: { label: "Words only", tone: "" },
  queued: { label: "Waits for vectors", tone: "" },
  processing: { label: "Making vectors", tone: "live" },
  ready: { label: "Words and vectors", tone: "active" },
  failed: { label: "Vectors failed", tone: "warning" },
};

interface KnowledgeListProps {
  agent: string;
  documents: KnowledgeDocument[];
  onChange(): Promise<unknown>;
}

/** The documents that the newest version sees, each with its state, its size and who uses it. */
export function KnowledgeList({ agent, documents, onChange }: KnowledgeListProps) {
  const api = useCalls(knowledgeCalls);
  const [asked, setAsked] = useState<KnowledgeDocument | null>(null);
  return (
    <>
      <ul className="rows">
        {documents.map((document) => (
          <DocumentRow key={document.id} {...{ agent, document }} onDelete={() => setAsked(document)} />
        ))}
      </ul>
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
  const chip = VECTOR_CHIPS[document.embedding?.status ?? "off"];
  return (
    <li className="row with-actions">
      <div>
        <div className="row-main">
          <Link className="row-title" to="/knowledge/$agent/$id" params={{ agent, id: document.id }}>
            {document.name}
          </Link>
          <span className={`chip ${chip.tone}`}>{chip.label}</span>
        </div>
        {document.embedding?.status === "failed" && (
          <p className="row-text">
            The embedding model did not answer ({document.embedding.error}); it is asked again every minute. Words are
            found meanwhile.
          </p>
        )}
        <DocumentFacts document={document} />
      </div>
      <div className="actions">
        <button
          type="button"
          className="button quiet small risky"
          aria-label={`Delete ${document.name}`}
          onClick={onDelete}
        >
          Delete
        </button>
      </div>
    </li>
  );
}

/** Kind, size, passages, versions and costs of a revision. */
export function DocumentFacts({ document }: { document: KnowledgeDocument }) {
  const { media_type: mediaType, bytes, chunks } = document;
  const { tokens = 0, cost = 0 } = document.embedding ?? {};
  return (
    <p className="row-facts">
      <span>{KINDS[mediaType] ?? mediaType}</span>
      <span>{sizeOf(bytes)}</span>
      <span>{chunks === 1 ? "1 passage" : `${chunks} passages`}</span>
      <span>{versionsOf(document)}</span>
      {tokens > 0 && (
        <span>
          {tokens.toLocaleString("en")} tokens for vectors{cost !== null && cost > 0 && ` ($${cost.toPrecision(2)})`}
        </span>
      )}
      <span>
        added <Time at={document.created_at} />
      </span>
    </p>
  );
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
