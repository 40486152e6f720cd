import { randomId } from "@parley/web-kit";
import { useState } from "react";
import { fileCalls } from "../api/file-calls.js";
import type { Problem } from "../api/problem.js";
import { useCalls } from "../api/use-calls.js";

interface Attachment {
  /** Also the key of its upload, so that it is stored once however often it is tried. */
  key: string;
  name: string;
  /** Null while it is uploading, or when it was refused. */
  id: string | null;
  refused: string | null;
}

export interface Attachments {
  list: readonly Attachment[];
  /** All of them are uploaded. */
  ready: boolean;
  add(files: readonly File[]): void;
  remove(key: string): void;
  clear(): void;
}

const MOST = 10;
/** Like unsent text, they outlive the box. */
const kept = new Map<string, readonly Attachment[]>();

function reasonOf({ status, detail }: Problem): string {
  if (status === 415) return "Files of this kind cannot be sent.";
  return status === 413 ? "It has more than 10 MB." : detail;
}

/** Files for the next message: uploaded as soon as they are chosen, seen by the visitor when the message is sent. */
export function useAttachments(escalation: string, session: string): Attachments {
  const { uploadFile } = useCalls(fileCalls);
  const [list, setList] = useState(() => kept.get(escalation) ?? []);
  const change = (by: (before: readonly Attachment[]) => readonly Attachment[]): void => {
    const after = by(kept.get(escalation) ?? []);
    if (after.length === 0) kept.delete(escalation);
    else kept.set(escalation, after);
    setList(after);
  };
  const upload = async (file: File, key: string): Promise<void> => {
    const answer = await uploadFile(session, file, key);
    const told =
      answer.type === "ok" ? { id: answer.value.id, name: answer.value.name } : { refused: reasonOf(answer) };
    change((before) => before.map((one) => (one.key === key ? { ...one, ...told } : one)));
  };
  return {
    list,
    ready: list.every(({ id }) => id !== null),
    add(files) {
      const chosen = files.slice(0, MOST - list.length).map((file) => ({ file, key: randomId() }));
      change((before) => [
        ...before,
        ...chosen.map(({ file, key }) => ({ key, name: file.name, id: null, refused: null })),
      ]);
      for (const { file, key } of chosen) void upload(file, key);
    },
    remove: (key) => change((before) => before.filter((one) => one.key !== key)),
    clear: () => change(() => []),
  };
}
