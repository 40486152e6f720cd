import { readFileSync } from "node:fs";
import { validateDocument } from "@parley/workflow";
import { expect, it } from "vitest";

const isDocument = (value: object): boolean =>
  "agent" in value && "workflow" in value && typeof value.workflow === "object" && value.workflow !== null;

/** Every agent document below a value, however deep. */
function documentsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  // A schema has such members, too, which are no examples.
  if (isDocument(value) && !("type" in Object(Reflect.get(value, "workflow")))) return [value];
  return Object.values(value).flatMap(documentsIn);
}

const errorsOf = (document: object): string[] =>
  validateDocument(document).issues.flatMap(({ severity, path, message }) =>
    severity === "error" ? [`/${path.join("/")} ${message}`] : [],
  );

it("has valid agent documents as examples of the API reference", () => {
  const found = documentsIn(JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")));
  expect(found.length).toBeGreaterThan(0);
  expect(found.flatMap(errorsOf)).toEqual([]);
});
