import ts from "typescript";
import type { Resource } from "./render.js";

/** Where the type of each kind is: made from the OpenAPI of Kubernetes and from the CRDs of KEDA. */
const TYPES: Record<string, string> = {
  Deployment: "kubernetes-models/apps/v1",
  Job: "kubernetes-models/batch/v1",
  Service: "kubernetes-models/v1",
  ServiceAccount: "kubernetes-models/v1",
  Pod: "kubernetes-models/v1",
  PodDisruptionBudget: "kubernetes-models/policy/v1",
  NetworkPolicy: "kubernetes-models/networking.k8s.io/v1",
  Ingress: "kubernetes-models/networking.k8s.io/v1",
  HorizontalPodAutoscaler: "kubernetes-models/autoscaling/v2",
  ScaledObject: "@kubernetes-models/keda/keda.sh/v1alpha1",
  PodMonitor: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  HTTPRoute: "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1",
};

/**
 * What is wrong with these resources by the types of their kinds: unknown fields, at any depth, missing ones and wrong values. A cluster
 * would take an unknown field with a warning and leave it out.
 */
export function complaints(all: Resource[]): string[] {
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const imports = kinds.map((kind) => {
    const from = TYPES[kind];
    if (from === undefined) throw new Error(`no types for ${kind}`);
    return `import type { I${kind} } from "${from}/${kind}";`;
  });
  const lines = all.map((one, n) => `export const r${n}: I${one.kind} = ${JSON.stringify(one)};`);
  const file = `${import.meta.dirname}/rendered.ts`;
  const text = [...imports, ...lines].join("\n");
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022 },
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => (path === file ? text : readFile(path));
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version) =>
    path === file ? ts.createSourceFile(path, text, version) : getSourceFile(path, version);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const at = found.file?.getLineAndCharacterOfPosition(found.start ?? 0).line ?? 0;
    const resource = all[at - imports.length];
    const where = resource ? `${resource.kind} ${resource.metadata.name}` : "";
    return `${where}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`;
  });
}
