import { deflateSync } from "node:zlib";

/** A file as somebody chooses it. */
export interface ChosenFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

type Pixel = readonly [red: number, green: number, blue: number];

/** A PNG of three bytes a pixel. */
export function png(
  name: string,
  [width, height]: [number, number],
  pixel: (x: number, y: number) => Pixel,
): ChosenFile {
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => pixel(x, y)).flat(),
  ]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const parts = [
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return { name, mimeType: "image/png", buffer: Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]) };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  check.writeUInt32BE(checksum(body));
  return Buffer.concat([size, body, check]);
}

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A ring, larger than a logo is kept and wider than high. */
export const LOGO = png("ring.png", [320, 240], (x, y) => {
  const distance = Math.hypot(x - 160, y - 120);
  return distance < 110 && distance > 60 ? [176, 0, 32] : [255, 255, 255];
});

/** No two pixels alike: nothing compresses it. */
export function noise(side: number): ChosenFile {
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed >>> 24;
  };
  return png("noise.png", [side, side], () => [next(), next(), next()]);
}
