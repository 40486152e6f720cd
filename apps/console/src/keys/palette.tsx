import { lazy, Suspense } from "react";
import { Dialog } from "../ui/dialog.js";
import { Skeleton } from "../ui/skeleton.js";
import type { PaletteProps } from "./palette-list.js";

const PaletteList = lazy(async () => ({ default: (await import("./palette-list.js")).PaletteList }));

/** The command palette. What it lists comes from the shell; its code is loaded when it is opened for the first time. */
export function Palette({ open, onClose, ...list }: PaletteProps & { open: boolean }) {
  return (
    <Dialog open={open} onClose={onClose} title="Commands" wide>
      <Suspense fallback={<Skeleton lines={5} />}>
        <PaletteList onClose={onClose} {...list} />
      </Suspense>
    </Dialog>
  );
}
