/** Focuses the page's heading when the focused control is gone, so that the keyboard does not start over at the top of the page. */
export function keepFocus(): void {
  // After the frame in which React renders the change.
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        document.querySelector("h1")?.focus({ preventScroll: true });
    }),
  );
}
