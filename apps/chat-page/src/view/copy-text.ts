/** The clipboard exists only on secure origins and may be refused; then nothing happens. */
export function copyText(text: string, onCopied: () => void): void {
  void navigator.clipboard?.writeText(text).then(onCopied, () => undefined);
}
