import { allShortcuts, isLetters, lettersOn } from "./registry.js";

const SEQUENCE_MS = 1_000;

const FIELDS = [
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit])",
  ..."textarea select [contenteditable] [role=textbox] [role=searchbox] [role=combobox]".split(" "),
  // Popups have keys of their own: letters select menu entries, and a dialog covers the page.
  "[data-keys=off]",
].join(",");

/** Whether this press belongs to a field or a popup. In a shadow tree (the code editor) the path shows it, the target does not. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (event.isComposing || event.defaultPrevented || !(target instanceof Element)) return true;
  return target.closest(FIELDS) !== null || (target.getRootNode() as Partial<ShadowRoot>).host !== undefined;
}

/** The name of a press in the registry: `j`, `?`, `Mod+k`; null for presses without one, like Shift alone or Alt and a letter. */
function nameOfPress(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string | null {
  const { key } = event;
  if (["Shift", "Control", "Meta", "Alt", "AltGraph", "Dead", "Process"].includes(key)) return null;
  // AltGr is Ctrl and Alt on some keyboards: there it types characters such as "?".
  if (event.altKey) return null;
  return event.ctrlKey || event.metaKey ? `Mod+${key.toLowerCase()}` : key;
}

/** Handles the keyboard until the returned function is called. */
export function followKeys(target: Window): () => void {
  let begun = "";
  let at = Number.NEGATIVE_INFINITY;
  const press = (event: KeyboardEvent): void => {
    const name = nameOfPress(event);
    if (name === null || event.repeat) return;
    const taken = isTaken(event);
    // Ctrl-K and the like type nothing, so they also work in fields, but not behind a dialog.
    if (taken && (!name.startsWith("Mod+") || event.defaultPrevented || isBehindDialog())) {
      begun = "";
      return;
    }
    if (!taken && isBehindDialog()) return;
    const usable = allShortcuts().filter(({ keys }) => lettersOn() || !isLetters(keys));
    const sequence = begun !== "" && event.timeStamp - at < SEQUENCE_MS ? `${begun} ${name}` : name;
    const found = usable.findLast(({ keys }) => keys === sequence) ?? usable.findLast(({ keys }) => keys === name);
    begun = "";
    if (found !== undefined) {
      event.preventDefault();
      found.run();
    } else if (usable.some(({ keys }) => keys.startsWith(`${name} `))) {
      begun = name;
      at = event.timeStamp;
    }
  };
  target.addEventListener("keydown", press);
  return () => target.removeEventListener("keydown", press);
}

function isBehindDialog(): boolean {
  return document.querySelector('[role="dialog"][data-keys="off"][data-modal], [role="alertdialog"]') !== null;
}
