import { createUntrustedReader, type UntrustedReader } from "@parley/runtime";

const MB = 1_048_576;
/** Far more than a megabyte of ordinary YAML needs; with `WAIT_MS` within the 30 seconds that an import waits. */
const LIMITS = { timeoutMs: 5_000, wallMs: 20_000, memoryBytes: 640 * MB, answerBytes: 16 * MB };
const WAIT_MS = 7_000;
const fromSource = import.meta.url.endsWith(".ts");

/** Parses YAML in separate processes, two at a time: this process runs the turns of visitors. */
export function createYamlReader(): UntrustedReader {
  const entry = new URL(fromSource ? "./yaml-reader.ts" : "./yaml-reader.js", import.meta.url);
  return createUntrustedReader({ entry, limits: LIMITS, atOnce: 2, waitMs: WAIT_MS });
}
