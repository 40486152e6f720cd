import { AppError } from "@parley/contracts";

/** Place in the event log of one session. `epoch` changes when offsets of an older log no longer mean the same. */
export interface Cursor {
  epoch: number;
  offset: number;
}

const CURSOR = /^(\d{1,9})-(\d{1,9})$/;

export const formatCursor = ({ epoch, offset }: Cursor): string => `${epoch}-${offset}`;

/** Reads `Last-Event-ID` or `?after=`; undefined when neither is given. Throws `validation_failed` for anything else. */
export function readCursor(lastEventId: string | string[] | undefined, after: string | undefined): Cursor | undefined {
  const text = typeof lastEventId === "string" && lastEventId !== "" ? lastEventId : after;
  if (text === undefined || text === "") return undefined;
  const [, epoch, offset] = CURSOR.exec(text) ?? [];
  if (epoch !== undefined && offset !== undefined) return { epoch: Number(epoch), offset: Number(offset) };
  const message = "must be the id of an event";
  throw new AppError("validation_failed", { errors: [{ pointer: "query/after", rule: "pattern", message }] });
}
