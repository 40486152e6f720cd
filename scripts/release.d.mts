export function cutRelease(root: string, version: string, date: string): void;
