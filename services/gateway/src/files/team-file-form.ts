import { AppError } from "@parley/contracts";
import { parseForm } from "./knowledge-form.js";

/** Converts one part `file` to the equivalent JSON body, not yet validated. Throws `malformed_request`, `validation_failed`. */
export async function readTeamFileForm(body: Buffer, contentType: string): Promise<Record<string, string>> {
  const parts = [...(await parseForm(body, contentType))];
  const file = parts[0]?.[1];
  if (parts.length !== 1 || parts[0]?.[0] !== "file" || file === undefined || typeof file === "string") {
    const errors = [{ pointer: "/file", rule: "required", message: "must be one file" }];
    throw new AppError("validation_failed", { errors });
  }
  const content = Buffer.from(await file.arrayBuffer()).toString("base64");
  return { name: file.name === "" ? "file" : file.name, media_type: file.type, content };
}
