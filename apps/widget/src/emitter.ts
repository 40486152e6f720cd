export type Listener = (detail: unknown) => void;

/** Listeners by event. One that throws is reported like any error of the page and does not stop the others. */
export class Emitter {
  readonly #listeners = new Map<string, Set<Listener>>();

  on(event: string, listener: Listener): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }

  off(event: string, listener?: Listener): void {
    if (listener === undefined) this.#listeners.delete(event);
    else this.#listeners.get(event)?.delete(listener);
  }

  emit(event: string, detail: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) call(listener, detail);
  }
}

export function call(listener: Listener, detail: unknown): void {
  try {
    listener(detail);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
