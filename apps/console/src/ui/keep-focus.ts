/** Gives the focus to the page's heading when the control that had it is gone, so that the keyboard is not sent to the start. */
export function keepFocus(): void {
  // After the frame in which React draws what was just changed.
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        document.querySelector("h1")?.focus({ preventScroll: true });
    }),
  );
}
