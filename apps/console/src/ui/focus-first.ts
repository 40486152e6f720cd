/** Puts the focus into the first field that is wrong, once React has drawn which ones are. */
export function focusFirst(): void {
  requestAnimationFrame(() => {
    const control = document.querySelector<HTMLElement>(
      ':is(input, textarea, button):is([aria-invalid="true"], [data-invalid])',
    );
    // A field may be folded away.
    const fold = control?.closest("details");
    if (fold) fold.open = true;
    control?.focus();
  });
}
