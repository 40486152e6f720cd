export interface Message {
  type: "good" | "problem";
  title: string;
  action?: { label: string; run: () => void } | undefined;
}

const waiting: Message[] = [];
const listeners = new Set<() => void>();
let wanted = false;
let show: ((message: Message) => void) | null = null;

/** Short messages at the top right, read out by screen readers. A problem stays until it is closed. */
export const notify = {
  good: (title: string): void => tell({ type: "good", title }),
  problem: (title: string, action?: Message["action"]): void => tell({ type: "problem", title, action }),
};

function tell(message: Message): void {
  if (show !== null) {
    show(message);
    return;
  }
  waiting.push(message);
  wanted = true;
  for (const listener of listeners) listener();
}

/** Passes all messages to the listener, earlier ones first. Returns a function that stops it. */
export function follow(to: (message: Message) => void): () => void {
  show = to;
  for (const message of waiting.splice(0)) to(message);
  return () => {
    show = null;
  };
}

/** Called once, at the first message. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const isWanted = (): boolean => wanted;
