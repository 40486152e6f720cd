import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments, stringify } from "yaml";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const CHART = "deploy/helm/parley";

export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  // Every kind has fields of its own; what is read of them is asserted where it is read.
  // biome-ignore lint/suspicious/noExplicitAny: rendered YAML of any kind
  [field: string]: any;
}

/** Fetched by `npm test` where the machine has none. */
export const PROGRAMS = [join(ROOT, ".data/programs/bin"), process.env.PATH ?? ""].join(delimiter);

export function run(program: string, args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, PATH: PROGRAMS };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ cwd: ROOT, env, encoding: "utf8", maxBuffer: 64 * 1_048_576 },
  });
  if (error) throw error;
  return { code: status, out: stdout, err: stderr };
}

/** What the chart cannot do without. */
export const NEEDED = { existingSecret: "parley", publicUrl: "https://parley.example.com" };

/** `helm template` with the values of a file beside the chart and more; throws what Helm says when it refuses. */
export function helm(values: Record<string, unknown> = {}, file?: "dev" | "prod"): string {
  const files = file === undefined ? [] : ["-f", join(CHART, `values-${file}.yaml`)];
  const sets = Object.entries({ ...NEEDED, ...values }).flatMap(([key, value]) => [
    "--set-json",
    `${key}=${JSON.stringify(value)}`,
  ]);
  const { code, out, err } = run("helm", ["template", "parley", CHART, "-n", "parley", ...files, ...sets]);
  if (code !== 0) throw new Error(err);
  return out;
}

export function resources(text: string): Resource[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

/** Kustomize, alone or as a part of kubectl. */
export function kustomize(folder: string): Resource[] {
  const alone = PROGRAMS.split(delimiter).some((place) => existsSync(join(place, "kustomize")));
  const { code, out, err } = alone ? run("kustomize", ["build", folder]) : run("kubectl", ["kustomize", folder]);
  if (code !== 0) throw new Error(err);
  return resources(out);
}

/** Without what belongs to Helm alone, sorted: what a chart and its twin in Kustomize have in common. */
export function withoutHelm(all: Resource[]): Resource[] {
  const kept = all.filter(({ metadata }) => metadata.annotations?.["helm.sh/hook"] !== "test");
  const plain = kept.map((resource) => {
    const copy = parse(stringify(resource)) as Resource;
    for (const metadata of [copy.metadata, copy.spec?.template?.metadata]) {
      delete metadata?.labels?.["helm.sh/chart"];
      delete metadata?.labels?.["app.kubernetes.io/managed-by"];
      for (const annotation of Object.keys(metadata?.annotations ?? {}))
        if (annotation.startsWith("helm.sh/")) delete metadata?.annotations?.[annotation];
    }
    return copy;
  });
  const key = ({ kind, metadata }: Resource): string => `${kind} ${metadata.name}`;
  return plain.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The text of a generated file of deploy/kustomize. */
export function kustomizeFile(all: Resource[]): string {
  const head = "# Rendered from deploy/helm/parley by npm run deploy:generate; do not edit.\n";
  return head + all.map((resource) => stringify(resource, { lineWidth: 0 })).join("---\n");
}

/** What the chart has with the values of production and not by default. */
export function onlyInProduction(digest: string): Resource[] {
  const base = new Set(resources(helm()).map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const prod = withoutHelm(resources(helm({ "image.digest": digest }, "prod")));
  return prod.filter(({ kind, metadata }) => kind !== "Job" && !base.has(`${kind} ${metadata.name}`));
}

/** Stands in deploy/kustomize/overlays/prod until somebody puts the digest of their image there. */
export const PLACEHOLDER = `sha256:${"0".repeat(64)}`;
