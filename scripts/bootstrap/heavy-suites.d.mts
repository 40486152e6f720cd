export const LONG: Record<string, string[]>;
export const LAST: Record<string, string[]>;
