import { type ReactNode, useEffect, useState } from "react";
import { onDemand } from "../ui/on-demand.js";
import type { Command, Found } from "./palette-list.js";
import { followKeys } from "./press.js";
import { useShortcut } from "./registry.js";

const Palette = onDemand(async () => (await import("./palette.js")).Palette);
const ShortcutSheet = onDemand(async () => (await import("./shortcut-sheet.js")).ShortcutSheet);

interface KeysProps {
  commands: readonly Command[];
  search?: (text: string, signal: AbortSignal) => Promise<readonly Found[]>;
  children: ReactNode;
}

/** Wraps the whole console: handles the keyboard, shows the sheet and the palette, whose code loads when they are first opened. */
export function KeysProvider({ commands, search, children }: KeysProps) {
  const [shown, setShown] = useState<"palette" | "sheet" | null>(null);
  const [used, setUsed] = useState(false);
  useEffect(() => followKeys(window), []);
  const show = (what: "palette" | "sheet"): void => {
    setUsed(true);
    setShown(what);
  };
  const scope = "Everywhere";
  useShortcut({ id: "palette", keys: "Mod+k", label: "Commands and search", scope, run: () => show("palette") });
  useShortcut({ id: "sheet", keys: "?", label: "This list", scope, run: () => show("sheet") });
  const close = (): void => setShown(null);
  return (
    <>
      {children}
      {used ? (
        <>
          <ShortcutSheet open={shown === "sheet"} onClose={close} />
          <Palette open={shown === "palette"} onClose={close} commands={commands} {...(search ? { search } : {})} />
        </>
      ) : null}
    </>
  );
}
