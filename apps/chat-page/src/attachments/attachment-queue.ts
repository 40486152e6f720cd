import { randomId } from "@parley/web-kit";
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { Api } from "../net/api.js";
import { backoffMs } from "../net/backoff.js";
import type { FileLimits } from "../net/link-info.js";
import type { AttachedFile } from "../net/session-info.js";
import { type UploadAnswer, upload } from "./upload.js";

type Problem = "tooLarge" | "wrongType" | "tooMany" | "failed";

/** `waiting`: not started, or to be retried; `failed`: it cannot be uploaded as it is. */
type Progress =
  | { type: "waiting" }
  | { type: "uploading"; share: number }
  | { type: "ready"; stored: AttachedFile }
  | { type: "failed"; problem: Problem };

export interface Chosen {
  key: string;
  file: File;
  progress: Progress;
}

export interface AttachmentQueue {
  chosen: ReadonlySignal<readonly Chosen[]>;
  /** An upload is waiting or in progress. */
  busy: ReadonlySignal<boolean>;
  add(files: Iterable<File>): void;
  remove(key: string): void;
  retry(key: string): void;
  /** Returns the uploaded files and removes them from the queue; they belong to a message now. */
  take(): AttachedFile[];
}

interface QueueDeps {
  api: Api;
  state: ChatState;
  limits: FileLimits;
  /** A file was uploaded or has failed. */
  onSettled(chosen: Chosen): void;
}

const MAX_FAILURES = 6;

/**
 * The files chosen for the next message. They are uploaded one after the other as soon as there is a connection; a broken upload is
 * repeated under the same key. They live as long as the page and belong to one conversation.
 */
export function createAttachmentQueue({ api, state, limits, onSettled }: QueueDeps): AttachmentQueue {
  const chosen: Signal<readonly Chosen[]> = signal([]);
  const aborts = new Map<string, AbortController>();
  const failures = new Map<string, number>();
  let pausedUntilMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const change = (key: string, progress: Progress): void => {
    chosen.value = chosen.value.map((item) => (item.key === key ? { ...item, progress } : item));
    const item = chosen.value.find((one) => one.key === key);
    if (item && (progress.type === "ready" || progress.type === "failed")) onSettled(item);
  };
  const sent = (): number =>
    state.transcript.value.reduce((sum, entry) => sum + (entry.role === "user" ? entry.files.length : 0), 0);
  const counted = (): number => chosen.value.filter(({ progress }) => progress.type !== "failed").length;

  const pump = (): void => {
    clearTimeout(timer);
    if (!state.online.value || aborts.size > 0) return;
    const next = chosen.value.find(({ progress }) => progress.type === "waiting");
    if (!next) return;
    const pauseMs = pausedUntilMs - Date.now();
    if (pauseMs > 0) {
      timer = setTimeout(pump, pauseMs);
      return;
    }
    const abort = new AbortController();
    aborts.set(next.key, abort);
    change(next.key, { type: "uploading", share: 0 });
    const onProgress = (share: number): void => {
      if (!abort.signal.aborted) change(next.key, { type: "uploading", share });
    };
    const call = { ...api.uploads(), file: next.file, key: next.key, signal: abort.signal, onProgress };
    void upload(call).then((answer) => {
      aborts.delete(next.key);
      // Removed during the upload: delete what may have arrived all the same.
      if (abort.signal.aborted) void (answer.type === "stored" && api.removeFile(answer.id));
      else settle(next.key, answer);
      pump();
    });
  };
  const settle = (key: string, answer: UploadAnswer): void => {
    if (answer.type === "stored") {
      const { id, name, bytes } = answer;
      change(key, { type: "ready", stored: { id, name, bytes } });
      return;
    }
    const problem = answer.type === "refused" ? problemOf(answer) : null;
    const tries = (failures.get(key) ?? 0) + 1;
    failures.set(key, tries);
    if (problem !== null || (answer.type === "refused" && tries > MAX_FAILURES)) {
      change(key, { type: "failed", problem: problem ?? "failed" });
      return;
    }
    const askedMs = answer.type === "refused" ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    pausedUntilMs = Date.now() + Math.max(askedMs, backoffMs(tries));
    change(key, { type: "waiting" });
  };
  const drop = (key: string): void => {
    const item = chosen.value.find((one) => one.key === key);
    aborts.get(key)?.abort();
    if (item?.progress.type === "ready") void api.removeFile(item.progress.stored.id);
    chosen.value = chosen.value.filter((one) => one.key !== key);
  };

  let session = state.sessionId.value;
  effect(() => {
    const now = state.sessionId.value;
    // What was uploaded to one conversation cannot be sent in another.
    if (session !== null && now !== session) for (const { key } of chosen.peek()) drop(key);
    session = now;
  });
  effect(() => {
    if (state.online.value) {
      pausedUntilMs = 0;
      pump();
    }
  });

  return {
    chosen,
    busy: computed(() => chosen.value.some(({ progress }) => ["waiting", "uploading"].includes(progress.type))),
    add(files) {
      for (const file of files) {
        const problem =
          file.size > limits.maxBytes ? "tooLarge" : sent() + counted() >= limits.maxCount ? "tooMany" : null;
        const progress: Progress = problem === null ? { type: "waiting" } : { type: "failed", problem };
        const item = { key: randomId(), file, progress };
        chosen.value = [...chosen.value, item];
        if (problem !== null) onSettled(item);
      }
      pump();
    },
    remove: drop,
    retry(key) {
      failures.delete(key);
      change(key, { type: "waiting" });
      pump();
    },
    take() {
      const ready = chosen.value.flatMap(({ progress }) => (progress.type === "ready" ? [progress.stored] : []));
      chosen.value = [];
      return ready;
    },
  };
}

/** Why a file is refused permanently; null = a repeat may work. */
function problemOf({ status, code }: { status: number; code: string }): Problem | null {
  if (code === "body_too_large") return "tooLarge";
  if (code === "unsupported_media_type") return "wrongType";
  if (code === "files_exhausted") return "tooMany";
  if (status === 429 || status === 408 || status >= 500) return null;
  return "failed";
}
