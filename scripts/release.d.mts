export function cutRelease(root: string, version: string, date: string): void;
export function release(root: string, version: string): Promise<void>;
