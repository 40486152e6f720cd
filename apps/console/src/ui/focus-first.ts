/** React draws what is wrong within a few frames, on a busy machine within more; later the reader is elsewhere. */
const LATEST_MS = 2_000;

/** Puts the focus into the first field that is wrong, as soon as React has drawn which ones are. */
export function focusFirst(): void {
  const until = performance.now() + LATEST_MS;
  const look = (): void => {
    const control = document.querySelector<HTMLElement>(
      ':is(input, textarea, button):is([aria-invalid="true"], [data-invalid])',
    );
    if (control === null) {
      if (performance.now() < until) requestAnimationFrame(look);
      return;
    }
    // A field may be folded away.
    const fold = control.closest("details");
    if (fold) fold.open = true;
    control.focus();
  };
  requestAnimationFrame(look);
}
