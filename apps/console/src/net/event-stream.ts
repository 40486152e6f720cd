import { isRecord, type Json } from "./reading.js";

/** One event of a stream; only durable ones have an id, the place to go on from. */
export interface StreamedEvent {
  id: string | null;
  name: string;
  data: Json;
}

/** Puts the events of a `text/event-stream` together from pieces of any size. What is no JSON object is left out. */
export class EventParser {
  #rest = "";

  take(piece: string): StreamedEvent[] {
    const blocks = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): StreamedEvent | null {
  let id: string | null = null;
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).replace(/^ /, "");
    switch (line.slice(0, colon)) {
      case "id":
        id = value;
        break;
      case "event":
        name = value;
        break;
      case "data":
        data.push(value);
        break;
      default:
    }
  }
  try {
    const parsed: unknown = JSON.parse(data.join("\n"));
    return isRecord(parsed) ? { id, name, data: parsed } : null;
  } catch {
    return null;
  }
}
