/** Formats that the chat page can show, and the server accepts. */
export const LOGO_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif"];
/** The server's limit for a logo within a link. */
const MAX_CHARACTERS = 40_000;
/** Larger files are photographs by mistake; decoding them could exhaust the memory of a phone. */
const MAX_FILE_BYTES = 20 * 1_048_576;
/** The page shows at most 56 CSS pixels, so 128 are sharp on every screen; smaller ones only where nothing else fits. */
const SIDES = [128, 96, 64];
/** Lossy formats start where PNG does not fit. A browser that cannot encode WebP returns PNG again. */
const FORMATS: readonly (readonly [type: string, quality?: number])[] = [
  ["image/png"],
  ["image/webp", 0.92],
  ["image/webp", 0.75],
];

export type Logo = { type: "ok"; url: string } | { type: "wrong"; problem: string };

/** Whether a logo is a data URL, not a remote address. */
export const isInlineLogo = (logo: string): boolean => logo.startsWith("data:image/");

/** A file as the logo of a link: re-encoded, so that only the image itself is kept. Never enlarged. */
export async function logoOf(file: File): Promise<Logo> {
  if (!LOGO_TYPES.includes(file.type)) return wrong("must be a PNG, JPEG, WebP or GIF");
  if (file.size > MAX_FILE_BYTES) return wrong("must be a file of at most 20 MB");
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return wrong("cannot be read as a picture");
  }
  try {
    for (const side of SIDES) {
      const canvas = drawn(picture, side);
      for (const [type, quality] of FORMATS) {
        const url = canvas?.toDataURL(type, quality) ?? "";
        if (isInlineLogo(url) && url.length <= MAX_CHARACTERS) return { type: "ok", url };
      }
    }
  } finally {
    picture.close();
  }
  return wrong("is too detailed to be kept within a link; a simpler or smaller picture fits");
}

function drawn(picture: ImageBitmap, side: number): HTMLCanvasElement | null {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const wrong = (problem: string): Logo => ({ type: "wrong", problem });
