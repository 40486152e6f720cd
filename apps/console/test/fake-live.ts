import type { IncomingMessage, ServerResponse } from "node:http";
import type { Row } from "./rows.js";

/** The live view of the sessions: events that were told so far, streams that are open, and a switch to cut them. */
export class FakeLive {
  /** `Last-Event-ID` of each opening; undefined = from the beginning. */
  readonly openings: (string | undefined)[] = [];
  /** While set, nobody gets through. */
  away = false;
  totals = { input_tokens: 1_200, output_tokens: 340, cost: 0.0042 as number | null };
  readonly #log: { event: string; data: Row }[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #followers = new Set<ServerResponse>();

  accept(session: Row, request: IncomingMessage, response: ServerResponse): void {
    if (this.away) {
      response.destroy();
      return;
    }
    const lastId = request.headers["last-event-id"];
    this.openings.push(typeof lastId === "string" ? lastId : undefined);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": hello\n\nretry: 100\n\n");
    const { collected_data: variables, turns: turn_number, ...state } = session;
    write(response, { event: "connected", data: { ...state, variables, turn_number, totals: this.totals } });
    const known = typeof lastId === "string" ? Number(lastId.split("-")[1]) : 0;
    for (const [index, event] of this.#log.entries())
      if (index >= known) write(response, { ...event, id: `1-${index + 1}` });
    if (session.status === "active") {
      this.#streams.add(response);
      response.on("close", () => this.#streams.delete(response));
    } else {
      write(response, { event: "session_ended", data: { reason: session.end_reason } });
      response.end();
    }
  }

  /** The stream of everything that happens in the tenant. */
  follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    write(response, { event: "ready", data: {} });
    this.#followers.add(response);
    response.on("close", () => this.#followers.delete(response));
  }

  /** Something happened; what exactly the lists say. */
  happen(type: string, data: Row = {}): void {
    const fact = JSON.stringify({ ...data, type });
    for (const stream of this.#followers) stream.write(`event: fact\ndata: ${fact}\n\n`);
  }

  /** An event of the log. */
  tell(event: string, data: Row): void {
    this.#log.push({ event, data });
    this.#each({ event, data, id: `1-${this.#log.length}` });
  }

  /** A sign that is in no log. */
  hint(event: string, data: Row): void {
    this.#each({ event, data });
  }

  /** Breaks every stream, as a network does. */
  cut(): void {
    for (const stream of [...this.#streams, ...this.#followers]) stream.destroy();
  }

  #each(told: Told): void {
    for (const stream of this.#streams) write(stream, told);
  }
}

interface Told {
  id?: string;
  event: string;
  data: Row;
}

function write(response: ServerResponse, { id, event, data }: Told): void {
  const place = id === undefined ? "" : `id: ${id}\n`;
  response.write(`${place}event: ${event}\ndata: ${JSON.stringify({ type: event, ...data })}\n\n`);
}
