import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Button } from "../../ui/button.js";
import { TextArea } from "../../ui/text-field.js";
import styles from "./try.module.css";
import type { TryTalk } from "./try-talk.js";

interface ComposerProps {
  talk: TryTalk;
  typed: string;
  busy: boolean;
}

/** Enter sends, Shift+Enter begins a line. It can be written while an answer is on its way. */
export function Composer({ talk, typed, busy }: ComposerProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("textarea")?.focus(), []);
  const send = (): void => void talk.say(typed);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the field inside
    <div ref={box} className={styles.composer} onKeyDown={onKeyDown}>
      <TextArea
        label="What a visitor writes"
        hideLabel
        rows={2}
        maxLength={10_000}
        placeholder="Write as a visitor…"
        value={typed}
        onChange={(text) => talk.type(text)}
      />
      <Button look="primary" icon={<SendHorizontal />} busy={busy} disabled={typed.trim() === ""} onClick={send}>
        Send
      </Button>
    </div>
  );
}
