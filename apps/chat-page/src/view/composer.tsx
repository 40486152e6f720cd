import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attachments, ChatState } from "../chat/chat-state.js";
import type { Drafts } from "../chat/drafts.js";
import { t } from "../i18n/language.js";
import type { AttachedFile } from "../net/session-info.js";
import { Allowance } from "./allowance.js";
import { secondsTo } from "./countdown.js";
import { SendIcon, StopIcon } from "./icons.js";

interface ComposerProps {
  state: ChatState;
  drafts: Drafts;
  maxLength: number;
  /** Null = the link takes no files, or their code is not loaded yet. */
  attachments: Attachments | null;
  takesFocus: boolean;
  onWrite(): void;
  onSend(text: string, files: AttachedFile[]): void;
  /** Stops the answer that is being written; null = the server cannot. */
  onStop: (() => void) | null;
}

/** From this share of the limit on, the characters left are shown. */
const SHOW_LENGTH_FROM = 0.9;

export function Composer({
  state,
  drafts,
  maxLength,
  attachments,
  takesFocus,
  onWrite,
  onSend,
  onStop,
}: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(() => drafts.readDraft());
  const length = [...draft.normalize("NFC")].length;
  const tooLong = length > maxLength;
  const blank = draft.trim() === "";
  const ready = !blank && !tooLong && !attachments?.busy.value;
  const online = state.online.value;
  const stops = onStop !== null && state.awaiting.value && blank;

  const write = (value: string): void => {
    setDraft(value);
    drafts.writeDraft(value);
  };
  const submit = (): void => {
    field.current?.focus();
    if (!ready) return;
    write("");
    onSend(draft.trim(), attachments?.take() ?? []);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method is composing, Enter chooses a candidate; older browsers report 229 then.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    submit();
  };
  const renewing = state.renewing.value;
  useEffect(() => {
    // The focused element is gone; without this a keyboard user would start over at the top of the page.
    if (!takesFocus || renewing || document.activeElement !== document.body) return;
    field.current?.focus({ preventScroll: true });
  }, [takesFocus, renewing]);
  const panel = state.panel.value;
  const seen = panel === null || panel.open.value;
  useEffect(() => {
    // On touch the keyboard would cover what there is to read, and a panel that is not visible must not take the focus of its host.
    const idle = panel === null ? document.activeElement === document.body : panel.takesFocus();
    if (seen && idle && matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, [seen, panel]);
  const prefill = state.prefill.value;
  useEffect(() => {
    if (prefill === null || !seen) return;
    state.prefill.value = null;
    if (draft === "") write(prefill);
    if (matchMedia("(pointer: fine)").matches || panel === null) field.current?.focus({ preventScroll: true });
  }, [prefill, seen]);
  // A conversation that is replaced returns its unsent text.
  useEffect(() => {
    if (!renewing) setDraft(drafts.readDraft());
  }, [drafts, renewing]);
  // The height follows the text.
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [draft]);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {attachments?.tray(blank)}
      <div class="field">
        {attachments?.button()}
        <label class="visually-hidden" for="compose">
          {t("messageLabel")}
        </label>
        <textarea
          id="compose"
          ref={field}
          rows={1}
          // An empty field has no text to detect the direction from: its hint follows the page's language.
          dir={draft === "" ? undefined : "auto"}
          value={draft}
          placeholder={t("messagePlaceholder")}
          autocomplete="off"
          enterkeyhint="send"
          aria-describedby="composer-note"
          aria-invalid={tooLong ? "true" : "false"}
          onInput={(event) => {
            write(event.currentTarget.value);
            onWrite();
          }}
          onKeyDown={onKeyDown}
        />
        {stops ? (
          <button
            type="button"
            class="send"
            // Not `disabled`: the focus stays, so the reason is read.
            aria-disabled={!online}
            aria-describedby="composer-note"
            onClick={() => {
              if (!online) return;
              onStop?.();
              // This button disappears with the answer, and the focus would go with it.
              field.current?.focus();
            }}
            aria-label={t("stop")}
            title={online ? t("stop") : t("stopOffline")}
          >
            <StopIcon />
          </button>
        ) : (
          <button type="submit" class="send" disabled={!ready} aria-label={t("send")} title={t("send")}>
            <SendIcon />
          </button>
        )}
      </div>
      <div class="below">
        <span id="composer-note" class={tooLong ? "note few" : "note"} aria-live="polite">
          {stops && !online ? t("stopOffline") : <Note state={state} length={length} maxLength={maxLength} />}
        </span>
        <Allowance state={state} />
      </div>
    </form>
  );
}

function Note({ state, length, maxLength }: { state: ChatState; length: number; maxLength: number }) {
  if (length > maxLength) return <>{t("tooLong", { count: length - maxLength })}</>;
  if (length > maxLength * SHOW_LENGTH_FROM) return <>{t("charactersLeft", { count: maxLength - length })}</>;
  const held = state.held.value;
  // Computed once: a number that changes every second would be read out every second.
  if (held?.ownPace) return <HeldNote key={held.untilMs} untilMs={held.untilMs} />;
  return <span class="hint">{t("sendHint")}</span>;
}

function HeldNote({ untilMs }: { untilMs: number }) {
  const count = useMemo(() => secondsTo(untilMs), [untilMs]);
  return <>{t("held", { count })}</>;
}
