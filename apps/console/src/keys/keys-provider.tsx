import { type ReactNode, useEffect, useState } from "react";
import { Palette } from "./palette.js";
import type { Command, Found } from "./palette-list.js";
import { followKeys } from "./press.js";
import { useShortcut } from "./registry.js";
import { ShortcutSheet } from "./shortcut-sheet.js";

interface KeysProps {
  commands: readonly Command[];
  search?: (text: string, signal: AbortSignal) => Promise<readonly Found[]>;
  children: ReactNode;
}

/** Around the whole console, once: follows the keyboard, shows the sheet and the palette. */
export function KeysProvider({ commands, search, children }: KeysProps) {
  const [shown, setShown] = useState<"palette" | "sheet" | null>(null);
  useEffect(() => followKeys(window), []);
  useShortcut({
    id: "palette",
    keys: "Mod+k",
    label: "Commands and search",
    scope: "Everywhere",
    run: () => setShown("palette"),
  });
  useShortcut({ id: "sheet", keys: "?", label: "This list", scope: "Everywhere", run: () => setShown("sheet") });
  const close = (): void => setShown(null);
  return (
    <>
      {children}
      <ShortcutSheet open={shown === "sheet"} onClose={close} />
      <Palette open={shown === "palette"} onClose={close} commands={commands} {...(search ? { search } : {})} />
    </>
  );
}
