import { AppError } from "@parley/contracts";

export const JSON_TYPES = ["application/json"] as const;

/**
 * Refuses a body whose media type is not listed, or whose charset is not UTF-8. Throws `unsupported_media_type`. Called
 * after authentication and before parsing, so that a stranger learns nothing about what an address takes.
 */
export function requireMediaType(contentType: string | undefined, allowed: readonly string[]): void {
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charset = parameters.find((parameter) => parameter.trim().startsWith("charset="));
  const charsetName = charset?.split("=")[1]?.trim().replaceAll('"', "");
  if (!allowed.includes(type.trim()) || (charsetName !== undefined && charsetName !== "utf-8")) {
    throw new AppError("unsupported_media_type");
  }
}
