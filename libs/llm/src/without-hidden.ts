/** Characters that change how text is shown or smuggle hidden instructions: bidirectional controls and Unicode tags. */
const HIDDEN = /[\u202A-\u202E\u2066-\u2069\u200E\u200F]|[\u{E0000}-\u{E007F}]/gu;

/** User text without invisible characters: a model must read what people would read. */
export const withoutHidden = (text: string): string => text.replace(HIDDEN, "");
