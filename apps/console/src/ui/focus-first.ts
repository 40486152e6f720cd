/** React renders errors within a few frames, on a busy machine within more; later the reader has moved on. */
const LATEST_MS = 2_000;

/** Focuses the first invalid field, as soon as React has rendered the errors. */
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
    // A field may be in a collapsed section.
    const fold = control.closest("details");
    if (fold) fold.open = true;
    control.focus();
  };
  requestAnimationFrame(look);
}
