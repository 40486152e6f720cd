import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as contracts from "../src/index.js";

/**
 * One file per message: examples as each release wrote them. Old entries are never edited: a stored message, or a replica
 * of the release before, still speaks them. A new optional field gets a new entry with the release that brought it.
 */
const FOLDER = new URL("../golden/", import.meta.url);
const goldenFile = z.strictObject({
  subject: z.string(),
  kind: z.enum(["rpc", "work", "event", "live"]),
  samples: z
    .array(
      z.union([
        z.strictObject({
          since: z.string(),
          request: z.array(z.unknown()).min(1),
          response: z.array(z.unknown()).min(1),
        }),
        z.strictObject({ since: z.string(), message: z.array(z.unknown()).min(1) }),
      ]),
    )
    .min(1),
});

type Declared = contracts.RpcContract | contracts.WorkContract | contracts.EventContract | contracts.LiveContract;

const isDeclared = (value: unknown): value is Declared =>
  typeof value === "object" && value !== null && "kind" in value && "subject" in value;

const exported: unknown[] = Object.values(contracts);
const declared = exported.filter(isDeclared);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

describe("golden samples", () => {
  it("exist for exactly the declared messages, one per subject", () => {
    const subjects = declared.map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(files.map((name) => name.slice(0, -".json".length)).sort()).toEqual([...subjects].sort());
  });

  it.each(files)("%s is still parsed the same way", (name) => {
    const file = goldenFile.parse(JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));
    const contract = declared.find(({ subject }) => subject === file.subject);
    expect(contract?.kind).toBe(file.kind);
    for (const sample of file.samples) {
      if (contract?.kind === "rpc" && "request" in sample) {
        for (const request of sample.request) expectUnchanged(contract.request, request);
        for (const response of sample.response) expectUnchanged(contract.response, response);
      } else if (contract !== undefined && contract.kind !== "rpc" && "message" in sample) {
        for (const message of sample.message) expectUnchanged(contract.schema, message);
      } else throw new Error(`${name}: a sample of another kind`);
    }
  });
});

/** Parses, and keeps every field: a field that was dropped from the schema would vanish without an error. */
function expectUnchanged(schema: z.ZodType, sample: unknown): void {
  expect(schema.parse(sample)).toMatchObject(z.record(z.string(), z.unknown()).parse(sample));
}

describe("a link in a message", () => {
  const sample = goldenFile.parse(JSON.parse(readFileSync(new URL("links.v1.rpc.get.json", FOLDER), "utf8")))
    .samples[0];
  const answer =
    sample !== undefined && "response" in sample ? contracts.getLink.response.parse(sample.response[0]) : null;
  const refused = (change: Record<string, unknown>): boolean =>
    !contracts.getLink.response.safeParse({ link: { ...answer?.link, ...change } }).success;

  it.each(Object.keys(contracts.link.shape))("is rejected when its %s has another type or is missing", (member) => {
    expect(refused({})).toBe(false);
    expect(refused({ [member]: Symbol("no JSON") })).toBe(true);
    expect(refused({ [member]: undefined })).toBe(true);
  });
});
