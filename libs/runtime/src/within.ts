/** A wait that exceeded its deadline. */
class DeadlineError extends Error {
  constructor(deadlineMs: number) {
    super(`not finished after ${Math.round(deadlineMs)} ms`);
    this.name = "DeadlineError";
  }
}

/** Waits for `work`, at most `deadlineMs`; then rejects with DeadlineError. The work itself continues: its owner ends it. */
export function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(deadlineMs)), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
