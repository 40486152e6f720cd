import { CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList, CommandRoot } from "cmdk";
import { type ReactNode, useEffect, useState } from "react";
import { Keys } from "./keys.js";
import styles from "./palette.module.css";
import { useShortcuts } from "./registry.js";

/** A page, or an action available here. */
export interface Command {
  id: string;
  label: string;
  /** Heading: "Go to", "Do". */
  group: string;
  /** More search words. */
  words?: readonly string[];
  icon?: ReactNode;
  /** Id of the shortcut for the same action. */
  shortcut?: string;
  run: () => void;
}

/** A session, link or agent that matches the typed text. */
export interface Found {
  id: string;
  label: string;
  /** "Session", "Link", "Agent". */
  kind: string;
  hint?: string;
  run: () => void;
}

export interface PaletteProps {
  commands: readonly Command[];
  /** Called while the user types, a quarter of a second after the last key. Results are shown below the commands. */
  search?: (text: string, signal: AbortSignal) => Promise<readonly Found[]>;
  onClose: () => void;
}

const QUIET_MS = 250;
const NOTHING: readonly Found[] = [];

export function PaletteList({ commands, search, onClose }: PaletteProps) {
  const [text, setText] = useState("");
  const found = useSearch(text.trim(), search);
  const shortcuts = useShortcuts();
  const groups = [...new Set(commands.map(({ group }) => group))];
  const choose = (run: () => void) => () => {
    onClose();
    run();
  };
  return (
    <CommandRoot label="Commands" loop className={styles.palette}>
      <CommandInput
        value={text}
        onValueChange={setText}
        placeholder="Type a page, an action, or what you look for…"
        autoFocus
        className={styles.input}
      />
      <CommandList label="Results" className={styles.list}>
        <CommandEmpty className={styles.empty}>Nothing found.</CommandEmpty>
        {groups.map((group) => (
          <CommandGroup key={group} heading={group} className={styles.group}>
            {commands
              .filter((command) => command.group === group)
              .map(({ id, label, words, icon, shortcut, run }) => {
                const keys = shortcuts.find((one) => one.id === shortcut)?.keys;
                return (
                  <CommandItem
                    key={id}
                    value={id}
                    keywords={[label, ...(words ?? [])]}
                    onSelect={choose(run)}
                    className={styles.item}
                  >
                    <span className={styles.icon}>{icon}</span>
                    <span className={styles.label}>{label}</span>
                    {keys === undefined ? null : <Keys keys={keys} />}
                  </CommandItem>
                );
              })}
          </CommandGroup>
        ))}
        {found.length === 0 ? null : (
          <CommandGroup heading="Found" className={styles.group} forceMount>
            {found.map(({ id, label, kind, hint, run }) => (
              <CommandItem key={id} value={id} forceMount onSelect={choose(run)} className={styles.item}>
                <span className={styles.kind}>{kind}</span>
                <span className={styles.label}>{label}</span>
                <span className={styles.hint}>{hint}</span>
              </CommandItem>
            ))}
          </CommandGroup>
        )}
      </CommandList>
    </CommandRoot>
  );
}

function useSearch(text: string, search: PaletteProps["search"]): readonly Found[] {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    setFound(NOTHING);
    if (search === undefined || text.length < 2) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // A failed search lists nothing; the commands stay usable.
      search(text, stop.signal).then(
        (answer) => (stop.signal.aborted ? undefined : setFound(answer)),
        () => undefined,
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, search]);
  return found;
}
