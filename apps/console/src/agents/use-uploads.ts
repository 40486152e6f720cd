import { useRef, useState } from "react";
import type { KnowledgeCalls } from "../api/knowledge-calls.js";
import type { Problem } from "../api/problem.js";

/** The server's limit for one document. */
const MAX_BYTES = 10_485_760;

type UploadState =
  | { type: "waiting" }
  | { type: "sending" }
  | { type: "done"; result: "created" | "updated" | "unchanged" }
  | { type: "refused"; reason: string };

export interface Upload {
  id: number;
  name: string;
  state: UploadState;
}

/** Uploads documents one after the other: the server parses and splits each while its call waits. */
export function useUploads(options: {
  api: KnowledgeCalls;
  agent: string;
  onAdded(): void;
  onDone(uploads: Upload[]): void;
}) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const shown = useRef<Upload[]>([]);
  const queue = useRef<{ id: number; file: File; language: string }[]>([]);
  const running = useRef(false);
  const lastId = useRef(0);

  const show = (next: Upload[]): void => {
    shown.current = next;
    setUploads(next);
  };
  const settle = (id: number, state: UploadState): void =>
    show(shown.current.map((upload) => (upload.id === id ? { ...upload, state } : upload)));
  const send = async (): Promise<void> => {
    if (running.current) return;
    running.current = true;
    const sent: number[] = [];
    for (let next = queue.current.shift(); next !== undefined; next = queue.current.shift()) {
      sent.push(next.id);
      settle(next.id, { type: "sending" });
      const answer = await options.api.addDocument(options.agent, next.file, next.language);
      if (answer.type === "ok") {
        settle(next.id, { type: "done", result: answer.value.result });
        options.onAdded();
      } else {
        settle(next.id, { type: "refused", reason: reasonOf(answer) });
      }
    }
    running.current = false;
    options.onDone(shown.current.filter(({ id }) => sent.includes(id)));
  };
  const add = (files: readonly File[], language: string): void => {
    const fresh = files.map((file): Upload => {
      lastId.current += 1;
      const id = lastId.current;
      const reason = file.size > MAX_BYTES ? "It is larger than 10 MB." : file.size === 0 ? "It is empty." : null;
      if (reason !== null) return { id, name: file.name, state: { type: "refused", reason } };
      queue.current.push({ id, file, language });
      return { id, name: file.name, state: { type: "waiting" } };
    });
    // Finished ones are in the list below; refused ones stay until a new upload.
    show([...shown.current.filter(({ state }) => state.type === "waiting" || state.type === "sending"), ...fresh]);
    void send();
  };
  return { uploads, add };
}

function reasonOf(problem: Problem): string {
  if (problem.code === "unsupported_media_type") return "Only Markdown, text, HTML and PDF can be read.";
  const [field] = problem.fields;
  return field === undefined ? problem.detail : `${problem.detail} ${field.message}`;
}
