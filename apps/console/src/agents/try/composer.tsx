import { Clock, SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { Button } from "../../ui/button.js";
import { IconButton } from "../../ui/icon-button.js";
import { Menu, MenuItem } from "../../ui/menu.js";
import { TextArea } from "../../ui/text-field.js";
import styles from "./try.module.css";
import type { TryTalk } from "./try-talk.js";

interface ComposerProps {
  talk: TryTalk;
  typed: string;
  busy: boolean;
}

/** The limit of a session. */
const MOST = 10_000;

const SILENCES = [
  { seconds: 60, label: "1 minute" },
  { seconds: 300, label: "5 minutes" },
  { seconds: 1_800, label: "30 minutes" },
  { seconds: 86_400, label: "A day" },
];

/** Enter sends, Shift+Enter starts a new line. Typing is possible while an answer is awaited. */
export function Composer({ talk, typed, busy }: ComposerProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("textarea")?.focus(), []);
  const { length } = typed.trim();
  const isLong = length > MOST;
  const send = (): void => {
    if (!isLong) void talk.say(typed);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it handles the keys of the field inside
    <div ref={box} className={styles.composer} onKeyDown={onKeyDown}>
      <TextArea
        label="What a visitor writes"
        hideLabel
        rows={2}
        error={isLong ? tooLong(length) : undefined}
        placeholder="Write as a visitor…"
        value={typed}
        onChange={(text) => talk.type(text)}
      />
      <Menu
        label="Let time pass without a message"
        trigger={<IconButton label="Let time pass" icon={<Clock />} disabled={busy} />}
      >
        {SILENCES.map(({ seconds, label }) => (
          <MenuItem key={seconds} onSelect={() => void talk.wait(seconds)}>
            {label} of silence
          </MenuItem>
        ))}
      </Menu>
      <Button look="primary" icon={<SendHorizontal />} busy={busy} disabled={length === 0 || isLong} onClick={send}>
        Send
      </Button>
    </div>
  );
}

/** The text stays in the field, and nothing is sent. */
const tooLong = (length: number): string =>
  `A message has ${MOST.toLocaleString("en")} characters at most; this one has ${length.toLocaleString("en")}. Shorten it to send it.`;
