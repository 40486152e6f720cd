import { AppError } from "@parley/contracts";

const KIB = 1_024;
const UNITS = ["bytes", "KiB", "MiB"];

/** Human-readable size. */
function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= KIB && unit < UNITS.length - 1; unit += 1) value /= KIB;
  return `${Number(value.toFixed(1))} ${UNITS[unit]}`;
}

/** Adds the allowed types and size to an upload refused for its type or size; returns other errors unchanged. */
export function withAllowed(error: unknown, allowed: { types: readonly string[]; maxBytes: number }): unknown {
  if (!(error instanceof AppError) || (error.code !== "unsupported_media_type" && error.code !== "body_too_large"))
    return error;
  const { types, maxBytes } = allowed;
  const message = `must be one of ${types.join(", ")} and have at most ${sizeText(maxBytes)}`;
  const rule = error.code === "body_too_large" ? "too_big" : "media_type";
  const extra = { allowed_types: types, max_bytes: maxBytes };
  return new AppError(error.code, { cause: error, errors: [{ pointer: "/file", rule, message }], extra });
}
