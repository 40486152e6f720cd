export type Expiry = "first_token" | "idle" | "total";

/** After the finish reason only usage and `[DONE]` are missing; a server that withholds those has still answered. */
const LINGER_MS = 1_000;

/** The deadlines of one attempt: it is over when the caller gives up or one of the times has elapsed. */
export class Watchdog {
  readonly #total: NodeJS.Timeout;
  #phase: NodeJS.Timeout;
  #idle = false;
  #stop: () => void = () => undefined;
  over = false;
  expired: Expiry | null = null;

  constructor(
    readonly caller: AbortSignal,
    readonly times: { totalMs: number; firstTokenMs: number; idleMs: number },
  ) {
    this.#total = setTimeout(() => this.#expire("total"), times.totalMs);
    this.#phase = setTimeout(() => this.#expire("first_token"), times.firstTokenMs);
    if (caller.aborted) this.#giveUp();
    else caller.addEventListener("abort", this.#giveUp, { once: true });
  }

  /** Runs `stop` when the attempt is over; at once if it already is. */
  onOver(stop: () => void): void {
    this.#stop = stop;
    if (this.over) stop();
  }

  /** The same as a signal, which costs more. May be read only once. */
  get signal(): AbortSignal {
    const controller = new AbortController();
    this.onOver(() => controller.abort());
    return controller.signal;
  }

  /** A piece of the answer has arrived. */
  progress(): void {
    if (this.#idle) {
      this.#phase.refresh();
      return;
    }
    this.#idle = true;
    this.#rearm(this.times.idleMs);
  }

  /** The answer is complete, only formalities are missing. */
  finishing(): void {
    this.#rearm(Math.min(LINGER_MS, this.times.idleMs));
  }

  /** Must be called when the attempt is over, however it ended. */
  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#phase);
    this.caller.removeEventListener("abort", this.#giveUp);
  }

  #rearm(ms: number): void {
    clearTimeout(this.#phase);
    this.#phase = setTimeout(() => this.#expire("idle"), ms);
  }

  #expire(expiry: Expiry): void {
    this.expired ??= expiry;
    this.#giveUp();
  }

  readonly #giveUp = (): void => {
    this.over = true;
    this.#stop();
  };
}
