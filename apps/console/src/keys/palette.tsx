import { Dialog } from "../ui/dialog.js";
import { PaletteList, type PaletteProps } from "./palette-list.js";

/** The command palette. The shell provides its entries. */
export function Palette({ open, onClose, ...list }: PaletteProps & { open: boolean }) {
  return (
    <Dialog open={open} onClose={onClose} title="Commands" wide>
      <PaletteList onClose={onClose} {...list} />
    </Dialog>
  );
}
