import type { ValidationResult } from "../types.js";

export function validateDocument(_input: unknown): ValidationResult {
  throw new Error("not built yet");
}
