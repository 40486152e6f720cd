import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Attachments, ChatState } from "../chat/chat-state.js";
import { formatLocale, language } from "../i18n/language.js";
import type { Api } from "../net/api.js";
import type { FileLimits } from "../net/link-info.js";
import { DrawnPicture } from "../view/drawn-picture.js";
import { fileSize } from "../view/file-list.js";
import { Icon } from "../view/icon.js";
import { type AttachmentQueue, type Chosen, createAttachmentQueue } from "./attachment-queue.js";
import { type AttachmentTexts, TEXTS } from "./texts.js";

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

/** One text in the page's language. */
function say(name: keyof AttachmentTexts, values: Record<string, string> = {}): string {
  return TEXTS[language.value][name].replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
}

/** Choosing, uploading and removing files of the next message: a button, and a tray above the message field. */
export function createAttachments(deps: { api: Api; state: ChatState; limits: FileLimits }): Attachments {
  const { limits, state } = deps;
  const told = signal("");
  const dragging = signal(false);
  const queue = createAttachmentQueue({
    ...deps,
    onSettled: (item) => {
      told.value =
        item.progress.type === "ready"
          ? say("done", { name: item.file.name })
          : `${item.file.name}: ${problemText(item, limits)}`;
    },
  });
  const remove = (item: Chosen): void => {
    queue.remove(item.key);
    told.value = say("removed", { name: item.file.name });
  };
  listen(queue, state, dragging);
  return {
    busy: queue.busy,
    hasFiles: () => queue.chosen.value.length > 0,
    take: queue.take,
    button: () => <AttachButton onFiles={queue.add} limits={limits} />,
    tray: (needsText) => (
      <>
        <p class="visually-hidden" role="status">
          {told.value}
        </p>
        {dragging.value && <p class="drop-here">{say("drop")}</p>}
        <Tray queue={queue} online={state.online.value} limits={limits} onRemove={remove} />
        {needsText && queue.chosen.value.length > 0 && !queue.busy.value && <p class="tray-note">{say("needsText")}</p>}
      </>
    ),
  };
}

/** Files can also be pasted, or dropped anywhere on the page. */
function listen(queue: AttachmentQueue, state: ChatState, dragging: { value: boolean }): void {
  const open = (): boolean => state.screen.value.type === "chat" && state.ended.value === null;
  const filesOf = (data: DataTransfer | null): File[] => (open() ? [...(data?.files ?? [])] : []);
  const carries = (event: DragEvent): boolean => open() && (event.dataTransfer?.types.includes("Files") ?? false);
  addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    queue.add(files);
  });
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    dragging.value = true;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) dragging.value = false;
  });
  addEventListener("drop", (event) => {
    dragging.value = false;
    if (!carries(event)) return;
    event.preventDefault();
    queue.add(filesOf(event.dataTransfer));
  });
  // Leaving the page loses files that were chosen but not sent.
  effect(() => {
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    if (queue.chosen.value.length === 0) return;
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  });
}

function AttachButton({ onFiles, limits }: { onFiles(files: File[]): void; limits: FileLimits }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={accepted(limits.types)}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          // The same file can be chosen again after it was removed.
          event.currentTarget.value = "";
        }}
      />
      <button
        type="button"
        class="attach"
        onClick={() => input.current?.click()}
        aria-label={say("attach")}
        title={say("attach")}
      >
        <Icon>
          <path d="m15.5 9.200-5.600 5.600a3.400 3.400 0 0 1-4.800-4.800l6-6a2.300 2.300 0 0 1 3.200 3.200l-5.900 5.900a1.100 1.100 0 0 1-1.600-1.600l5.300-5.300" />
        </Icon>
      </button>
    </>
  );
}

/** The server treats kinds of plain text as one family; file dialogs know them better by their extensions. */
function accepted(types: readonly string[]): string {
  const plain = types.includes("text/plain") ? [".txt", ".csv", ".md", ".json", ".log"] : [];
  return [...types, ...plain].join(",");
}

interface TrayProps {
  queue: AttachmentQueue;
  online: boolean;
  limits: FileLimits;
  onRemove(item: Chosen): void;
}

function Tray({ queue, online, limits, onRemove }: TrayProps) {
  const list = useRef<HTMLUListElement>(null);
  const count = queue.chosen.value.length;
  const before = useRef(count);
  // A removed entry takes the focus with it; move the focus to the next one, or to the message field.
  useEffect(() => {
    if (count < before.current && document.activeElement === document.body) {
      const next = list.current?.querySelector<HTMLElement>(".remove") ?? document.getElementById("compose");
      next?.focus();
    }
    before.current = count;
  }, [count]);
  if (count === 0) return null;
  return (
    <ul class="tray" aria-label={say("chosen")} ref={list}>
      {queue.chosen.value.map((item) => (
        <li key={item.key} class={item.progress.type}>
          <span class="about">
            <span class="file-name">
              {PICTURE.test(item.file.type) && <DrawnPicture className="preview" picture={() => item.file} />}
              <bdi>{item.file.name}</bdi>
            </span>
            <span class="file-state">
              {fileSize(item.file.size)} · {stateText(item, online, limits)}
            </span>
            {item.progress.type === "failed" && item.progress.problem === "failed" && (
              <button type="button" class="link-button" onClick={() => queue.retry(item.key)}>
                {say("again")}
              </button>
            )}
          </span>
          {item.progress.type === "uploading" && (
            <progress aria-label={`${say("uploading")}: ${item.file.name}`} value={item.progress.share} max={1} />
          )}
          <button
            type="button"
            class="remove"
            onClick={() => onRemove(item)}
            aria-label={say("remove", { name: item.file.name })}
          >
            <Icon>
              <path d="m6 6 8 8M14 6l-8 8" />
            </Icon>
          </button>
        </li>
      ))}
    </ul>
  );
}

function stateText(item: Chosen, online: boolean, limits: FileLimits): string {
  switch (item.progress.type) {
    case "waiting":
      return online ? say("uploading") : say("offline");
    case "uploading":
      return new Intl.NumberFormat(formatLocale(), { style: "percent" }).format(item.progress.share);
    case "ready":
      return say("ready");
    case "failed":
      return problemText(item, limits);
  }
}

function problemText({ progress }: Chosen, limits: FileLimits): string {
  if (progress.type !== "failed") return "";
  const count = new Intl.NumberFormat(formatLocale()).format(limits.maxCount);
  return say(progress.problem, { size: fileSize(limits.maxBytes), count });
}
