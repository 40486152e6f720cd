import type { SendTemplate } from "@parley/contracts";

/** The messages that bring a link, in one language. `{agent}` is the name of the agent. */
export interface SendTexts {
  greeting: string;
  /** `{name}` is that of the recipient. */
  greetingByName: string;
  /** `{until}` is a date with its time. */
  expiry: string;
  /** Text above the unsubscribe address. */
  unsubscribe: string;
  templates: Record<SendTemplate, { subject: string; words: string }>;
}
