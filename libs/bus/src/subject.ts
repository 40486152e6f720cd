const SAFE = /^[A-Za-z0-9_-]+$/;

/** One subject token for any key: safe characters stay, every other byte becomes `=XX`, so different keys never collide. */
export function token(key: string): string {
  if (SAFE.test(key)) return key;
  if (key === "") return "=";
  return Buffer.from(key, "utf8").reduce((text, byte) => {
    const char = String.fromCharCode(byte);
    return text + (SAFE.test(char) ? char : `=${byte.toString(16).padStart(2, "0").toUpperCase()}`);
  }, "");
}

/** The key of a subject, decoded. */
export function keyOf(subject: string): string {
  const last = subject.slice(subject.lastIndexOf(".") + 1);
  return last.includes("=") ? decodeURIComponent(last.replaceAll(/=(?=$)/g, "").replaceAll("=", "%")) : last;
}

/** Inbox prefix of a server user: each has its own, so that no user can read another's replies. */
export const inboxPrefix = (user: string | undefined): string =>
  user === undefined ? "_INBOX" : `_INBOX.${token(user)}`;
