/** The part of an `EventSource` that the feed uses. */
export interface EventStream {
  /** Unset for an `EventSource`. */
  readonly transport?: "websocket";
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  addEventListener(name: string, take: (event: Event) => void): void;
  close(): void;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/**
 * Events of a page that has no cookie to send: a stream read by `fetch`, which can carry the session's token in a header. It never
 * reconnects by itself: an `error` event reports its end.
 */
export class FetchedEvents extends EventTarget implements EventStream {
  readyState = CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  readonly #abort = new AbortController();

  constructor(url: string, headers: Record<string, string>) {
    super();
    void this.#read(url, headers)
      .catch(() => undefined)
      .then(() => this.#over());
  }

  close(): void {
    this.readyState = CLOSED;
    this.#abort.abort();
  }

  #over(): void {
    if (this.readyState === CLOSED) return;
    this.close();
    this.dispatchEvent(new Event("error"));
  }

  async #read(url: string, headers: Record<string, string>): Promise<void> {
    const init = { headers: { accept: "text/event-stream", ...headers }, signal: this.#abort.signal };
    const response = await fetch(url, { ...init, cache: "no-store", credentials: "same-origin" });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!response.ok || !response.body || !isStream || this.readyState === CLOSED) return;
    this.readyState = OPEN;
    this.onopen?.(new Event("open"));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line) ?? []);
    const all = (name: string): string[] => fields.flatMap(([, key, value]) => (key === name ? [value ?? ""] : []));
    const data = all("data");
    if (data.length === 0) return;
    const init = { data: data.join("\n"), lastEventId: all("id").at(-1) ?? "" };
    this.dispatchEvent(new MessageEvent(all("event").at(-1) ?? "message", init));
  }
}
