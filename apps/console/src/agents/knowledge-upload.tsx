import { type DragEvent, useState } from "react";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Field } from "../parts/field.js";
import { notify } from "../ui/notify.js";
import { type Upload, useUploads } from "./use-uploads.js";

/** Those whose word forms the full text search knows best known by name; `simple` fits any. */
const LANGUAGES = [
  ["simple", "Any language"],
  ["arabic", "Arabic"],
  ["danish", "Danish"],
  ["dutch", "Dutch"],
  ["english", "English"],
  ["finnish", "Finnish"],
  ["french", "French"],
  ["german", "German"],
  ["greek", "Greek"],
  ["hungarian", "Hungarian"],
  ["italian", "Italian"],
  ["norwegian", "Norwegian"],
  ["portuguese", "Portuguese"],
  ["romanian", "Romanian"],
  ["russian", "Russian"],
  ["spanish", "Spanish"],
  ["swedish", "Swedish"],
  ["turkish", "Turkish"],
] as const;

/** Takes files by choosing or dropping them, and tells what became of each. */
export function KnowledgeUpload({ agent, onAdded }: { agent: string; onAdded(): void }) {
  const [language, setLanguage] = useState("simple");
  const [over, setOver] = useState(false);
  const onDone = (sent: Upload[]): void => notify.good(summaryOf(sent));
  const { uploads, add } = useUploads({ api: useCalls(knowledgeCalls), agent, onAdded, onDone });
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    add([...(event.dataTransfer?.files ?? [])], language);
  };
  return (
    <section className="block">
      <h2 id="upload-title">Add documents</h2>
      <fieldset
        aria-labelledby="upload-title"
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="field">
          <label htmlFor="field-files">Choose files, or drop them here</label>
          <input
            id="field-files"
            className="file"
            type="file"
            multiple
            accept=".md,.markdown,.txt,.csv,.html,.htm,.pdf"
            aria-describedby="field-files-help"
            onChange={(event) => {
              const input = event.currentTarget;
              add([...(input.files ?? [])], language);
              // The same file may be chosen again after it was changed.
              input.value = "";
            }}
          />
          <p id="field-files-help" className="help">
            Markdown, text, HTML or PDF, at most 10 MB each. A file with the name of a document replaces it.
          </p>
        </div>
        <Field
          name="language"
          label="Language of the text"
          help="With a language, other forms of its words are found too."
        >
          {(control) => (
            <select
              {...control}
              className="input"
              value={language}
              onChange={(event) => setLanguage(event.currentTarget.value)}
            >
              {LANGUAGES.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </fieldset>
      <ul className="uploads" aria-label="Files that were just chosen">
        {uploads.map((upload) => (
          <li key={upload.id} className={`upload ${upload.state.type}`}>
            <span className="upload-name">{upload.name}</span>
            <span className="upload-state">{wordsOf(upload)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const RESULTS = { created: "Added", updated: "Replaced the earlier one", unchanged: "Nothing has changed" } as const;

function wordsOf({ state }: Upload): string {
  switch (state.type) {
    case "waiting":
      return "Waiting";
    case "sending":
      return "Reading…";
    case "done":
      return RESULTS[state.result];
    case "refused":
      return state.reason;
  }
}

function summaryOf(sent: Upload[]): string {
  const refused = sent.filter(({ state }) => state.type === "refused").length;
  const added = sent.length - refused;
  const documents = added === 1 ? "1 document is" : `${added} documents are`;
  return refused === 0
    ? `${documents} in the knowledge base.`
    : `${documents} in the knowledge base, ${refused} refused.`;
}
