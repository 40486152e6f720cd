type Judge = (head: string) => boolean;
/** How the bytes of each type begin, as characters of one byte each. SVG is none of them: it is a document, which can hold more than a picture. */
const BEGINNINGS: Record<string, Judge> = {
  png: (head) => head.startsWith("\x89PNG\r\n\x1a\n"),
  jpeg: (head) => head.startsWith("\xff\xd8\xff"),
  gif: (head) => head.startsWith("GIF87a") || head.startsWith("GIF89a"),
  webp: (head) => head.startsWith("RIFF") && head.startsWith("WEBP", 8),
};
const PREFIX = /^data:image\/(png|jpeg|gif|webp);base64,/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Base64 of the longest beginning: 12 bytes. */
const HEAD_CHARACTERS = 16;

/** Whether a text is an image within itself, of a type that a page may show. Its bytes are not looked at. */
export const isInlineImage = (text: string): boolean => PREFIX.test(text);

/** Whether the bytes of an inline image are whole base64 and begin as its type does. What follows is the decoder's to judge. */
export function matchesDeclaredType(image: string): boolean {
  const [prefix = "", type = ""] = PREFIX.exec(image) ?? [];
  const data = image.slice(prefix.length);
  return BASE64.test(data) && BEGINNINGS[type]?.(atob(data.slice(0, HEAD_CHARACTERS))) === true;
}
