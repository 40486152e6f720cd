/** Text that PostgreSQL can store: NUL is dropped and half a surrogate pair becomes U+FFFD; a model may write either. */
export const storable = (text: string): string => text.replaceAll("\u0000", "").toWellFormed();
