import { type DragEvent, useState } from "react";
import { knowledgeCalls } from "../api/knowledge-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Block, Row, Rows } from "../ui/block.js";
import { Combobox } from "../ui/combobox.js";
import { cx } from "../ui/cx.js";
import { Field } from "../ui/field.js";
import { FileButton } from "../ui/file-button.js";
import { notify } from "../ui/notify.js";
import { Status, type Tone } from "../ui/status.js";
import styles from "./knowledge.module.css";
import { type Upload, useUploads } from "./use-uploads.js";

/** Languages whose word forms the full text search knows, best known first; `simple` fits any. */
const LANGUAGES = [
  { value: "simple", label: "Any language" },
  { value: "arabic", label: "Arabic" },
  { value: "danish", label: "Danish" },
  { value: "dutch", label: "Dutch" },
  { value: "english", label: "English" },
  { value: "finnish", label: "Finnish" },
  { value: "french", label: "French" },
  { value: "german", label: "German" },
  { value: "greek", label: "Greek" },
  { value: "hungarian", label: "Hungarian" },
  { value: "italian", label: "Italian" },
  { value: "norwegian", label: "Norwegian" },
  { value: "portuguese", label: "Portuguese" },
  { value: "romanian", label: "Romanian" },
  { value: "russian", label: "Russian" },
  { value: "spanish", label: "Spanish" },
  { value: "swedish", label: "Swedish" },
  { value: "turkish", label: "Turkish" },
];

/** Accepts files by choosing or dropping them, and reports the result of each. */
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
    <Block title="Add documents">
      <section
        aria-label="Files"
        className={cx(styles.drop, over && styles.over)}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Field
          label="Choose files, or drop them here"
          native={false}
          help="Markdown, text, HTML or PDF, at most 10 MB each. A file with the name of a document replaces it."
        >
          <FileButton
            label="Choose files"
            multiple
            accept=".md,.markdown,.txt,.csv,.html,.htm,.pdf"
            onFiles={(files) => add(files, language)}
          />
        </Field>
        <Combobox
          label="Language of the text"
          help="With a language, other forms of its words are found too."
          options={LANGUAGES}
          value={language}
          onChange={(chosen) => setLanguage(chosen ?? "simple")}
        />
      </section>
      <Rows label="Files that were just chosen">
        {uploads.map((upload) => (
          <Row
            key={upload.id}
            title={upload.name}
            beside={<Status tone={TONES[upload.state.type]}>{wordsOf(upload)}</Status>}
          />
        ))}
      </Rows>
    </Block>
  );
}

const TONES: Record<Upload["state"]["type"], Tone> = {
  waiting: "neutral",
  sending: "accent",
  done: "good",
  refused: "problem",
};
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
