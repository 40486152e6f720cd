import { createHash } from "node:crypto";
import { CliError, type Io } from "../io.js";
import { createStore } from "./object-store.js";

/** One page of an export as returned by the server, and where the next begins; null = it was the last. */
export interface ExportPage {
  bytes: Uint8Array;
  next: string | null;
}

interface Wish {
  /** The request; parts of another export are refused. */
  asked: string;
  format: "jsonl" | "csv";
  /** Maximum pages of a part. */
  partPages: number;
  page: (after: string | undefined) => Promise<ExportPage>;
}

/** A part is closed once it has this many bytes, so that at most one page more is held in memory. */
const PART_BYTES = 16 * 1024 * 1024;
const END = "end";

/** Metadata of a part. */
interface Place {
  asked: string;
  /** Where the next part begins, or `end`. */
  next: string;
  /** First line of a table: each part begins with it. */
  columns: string;
}

/**
 * An export as numbered parts in an S3-compatible store: `s3://bucket/folder` gets `folder/part-00001.jsonl` and so on. Each part is stored
 * as a whole or not at all, and its metadata says where the next begins, so an interrupted export continues from any machine, without a gap
 * and without a duplicate. Returns how many parts there are.
 */
export async function exportIntoStore(io: Io, address: string, wish: Wish): Promise<number> {
  const store = createStore(io, address);
  const keyOf = (part: number): string => `part-${String(part).padStart(5, "0")}.${wish.format}`;
  const asked = createHash("sha256").update(wish.asked).digest("hex");
  const placeOf = async (part: number): Promise<Place | null> => {
    const place = (await store.metadata(keyOf(part))) as Partial<Place> | null;
    if (place !== null && (place.asked !== asked || !place.next)) throw otherExport(address);
    return place === null ? null : { columns: "", ...place, asked, next: place.next ?? END };
  };
  let part = await lastPart(placeOf);
  let place = part === 0 ? null : await placeOf(part);
  while (place?.next !== END) {
    const made: { bytes: Uint8Array; place: Place } = await nextPart(wish, place, asked);
    part += 1;
    if (!(await store.put(keyOf(part), made.bytes, { ...made.place })))
      await sameAs(made.place, () => placeOf(part), address);
    place = made.place;
  }
  return part;
}

const otherExport = (address: string) =>
  new CliError(
    "other_export",
    `${address} has parts of another export; name another folder, or empty it to begin anew.`,
  );

/** A part that already exists is ours when the answer to an earlier try was lost. */
async function sameAs(made: Place, read: () => Promise<Place | null>, address: string): Promise<void> {
  const there = await read();
  if (there?.next !== made.next)
    throw new CliError("other_export", `Another export writes into ${address} at this moment.`);
}

/** Number of the last existing part; 0 = none. Parts have no gaps, so few requests find it. */
async function lastPart(placeOf: (part: number) => Promise<unknown>): Promise<number> {
  let missing = 1;
  while ((await placeOf(missing)) !== null) missing *= 2;
  let there = Math.floor(missing / 2);
  while (missing - there > 1) {
    const middle = Math.floor((there + missing) / 2);
    if ((await placeOf(middle)) === null) missing = middle;
    else there = middle;
  }
  return there;
}

async function nextPart(
  { page, partPages, format }: Wish,
  begun: Place | null,
  asked: string,
): Promise<{ bytes: Uint8Array; place: Place }> {
  const first = await page(begun?.next);
  const columns = begun?.columns ?? (format === "csv" ? firstLine(first.bytes) : "");
  const pages = begun === null || columns === "" ? [first.bytes] : [Buffer.from(`${columns}\r\n`), first.bytes];
  let { next } = first;
  let size = first.bytes.length;
  for (let read = 1; next !== null && read < partPages && size < PART_BYTES; read += 1) {
    const more: ExportPage = await page(next);
    pages.push(more.bytes);
    size += more.bytes.length;
    next = more.next;
  }
  return { bytes: Buffer.concat(pages), place: { asked, next: next ?? END, columns } };
}

const firstLine = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8").split("\r\n", 1)[0] ?? "";
