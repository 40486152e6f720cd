import { useState } from "react";
import { useApi } from "../api/api-context.js";
import type { Problem } from "../api/problem.js";
import { TRANSCRIPT_FORMATS, type TranscriptFormat } from "../api/transcript-formats.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { saveFile } from "../ui/save-file.js";
import styles from "./session.module.css";

/**
 * The heading of a transcript and, when `offered`, downloads of it as a file, named as in the API. The call needs the token, which a plain
 * link cannot send.
 */
export function TranscriptHead({ id, offered }: { id: string; offered: boolean }) {
  const api = useApi();
  const [busy, setBusy] = useState<TranscriptFormat | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const download = async (format: TranscriptFormat, type: string): Promise<void> => {
    if (busy !== null) return;
    setBusy(format);
    setProblem(null);
    const answer = await api.transcriptFile(id, format);
    setBusy(null);
    if (answer.type !== "ok") return setProblem(answer);
    const name = `${id}.${format}`;
    saveFile(name, answer.value, type);
    notify.good(`The transcript is saved as ${name}.`);
  };
  return (
    <>
      <div className={styles.sectionHead}>
        <h2>Transcript</h2>
        {offered && (
          <fieldset className={styles.downloads}>
            <legend className="visually-hidden">Download the transcript</legend>
            <span className={styles.fine} aria-hidden="true">
              Download
            </span>
            {TRANSCRIPT_FORMATS.map(({ format, label, type }) => (
              <Button
                key={format}
                look="quiet"
                small
                aria-label={`Download as ${label}`}
                aria-disabled={busy !== null}
                onClick={() => void download(format, type)}
              >
                {busy === format ? "Downloading…" : label}
              </Button>
            ))}
          </fieldset>
        )}
      </div>
      {problem && <ProblemCard problem={problem} />}
    </>
  );
}
