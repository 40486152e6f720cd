import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CHART, helm, NEEDED, PROGRAMS, ROOT } from "./render.js";

/** What the chart is made of: Helm asks the cluster for the kinds that it knows. */
const KINDS: Record<string, string[]> = {
  v1: ["Secret", "Service", "ServiceAccount", "Pod"],
  "apps/v1": ["Deployment"],
  "batch/v1": ["Job"],
  "networking.k8s.io/v1": ["NetworkPolicy"],
  "policy/v1": ["PodDisruptionBudget"],
};

const CURRENT = parse(readFileSync(join(ROOT, CHART, "Chart.yaml"), "utf8")).appVersion;

let cluster: Server;
/** What stands in the cluster, by its path. */
let installed: Map<string, object>;

/** As much of the API of Kubernetes as Helm asks for while it renders against a cluster. */
function answer(path: string): object | undefined {
  const groups = Object.keys(KINDS).filter((version) => version.includes("/"));
  if (path === "/version") return { major: "1", minor: "31", gitVersion: "v1.31.0" };
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") {
    const versions = groups.map((groupVersion) => ({ groupVersion, version: groupVersion.split("/")[1] }));
    const named = versions.map((one) => ({
      ...{ name: one.groupVersion.split("/")[0], versions: [one], preferredVersion: one },
    }));
    return { kind: "APIGroupList", apiVersion: "v1", groups: named };
  }
  const version = path.replace(/^\/apis?\//, "");
  const kinds = KINDS[version];
  if (kinds === undefined) return installed.get(path);
  const plural = (kind: string) => kind.toLowerCase().replace(/y$/, "ie").concat("s");
  const resources = kinds.map((kind) => ({
    ...{ name: plural(kind), singularName: "", namespaced: true, kind, verbs: ["get", "list"] },
  }));
  return { kind: "APIResourceList", groupVersion: version, resources };
}

beforeAll(async () => {
  cluster = createServer((request, response) => {
    const found = answer(new URL(request.url ?? "/", "http://cluster").pathname);
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    const none = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.end(JSON.stringify(found ?? none));
  });
  await new Promise<void>((resolve) => cluster.listen(0, "127.0.0.1", resolve));
});
afterAll(() => cluster.close());
beforeEach(() => {
  installed = new Map();
});

/** Renders for an upgrade of what stands in the cluster; answers what Helm says when it refuses, else an empty text. */
async function refusal(values: Record<string, unknown> = {}): Promise<string> {
  const { port } = cluster.address() as AddressInfo;
  const sets = Object.entries({ ...NEEDED, ...values }).flatMap(([key, value]) => [
    "--set-json",
    `${key}=${JSON.stringify(value)}`,
  ]);
  const server = ["--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", `http://127.0.0.1:${port}`];
  const args = ["template", "parley", CHART, "-n", "parley", "--is-upgrade", ...server, ...sets];
  const env = { PATH: PROGRAMS, HOME: "/nonexistent" };
  return promisify(execFile)("helm", args, { cwd: ROOT, env, maxBuffer: 64 * 1_048_576 }).then(
    () => "",
    (error: { stderr: string }) => error.stderr,
  );
}

/** A release of this chart, with its Secret. */
function install(version: string, secret: string): void {
  const env = [{ name: "SECRET_KEY", valueFrom: { secretKeyRef: { name: secret, key: "SECRET_KEY" } } }];
  installed.set("/apis/apps/v1/namespaces/parley/deployments/parley-links", {
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name: "parley-links", namespace: "parley", labels: { "app.kubernetes.io/version": version } },
    spec: { template: { spec: { containers: [{ name: "links", env }] } } },
  });
}

function keep(secret: string, values: Record<string, string>): void {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  installed.set(`/api/v1/namespaces/parley/secrets/${secret}`, {
    ...{ apiVersion: "v1", kind: "Secret", metadata: { name: secret, namespace: "parley" } },
    data: Object.fromEntries(data),
  });
}

describe("the chart, when it would replace an installed release,", () => {
  it("upgrades the same or an older version, and refuses to downgrade unless told to", async () => {
    expect(await refusal()).toBe("");
    for (const version of ["0.0.9", CURRENT]) {
      install(version, "parley");
      expect(await refusal(), version).toBe("");
    }
    install("99.0.0", "parley");
    expect(await refusal()).toMatch(/is older than 99\.0\.0, which is installed.*helm rollback/);
    expect(await refusal({ "guards.allowDowngrade": true })).toBe("");
  });

  it("accepts another Secret only if it contains the SECRET_KEY in use, as current or previous key", async () => {
    install(CURRENT, "parley-old");
    keep("parley-old", { SECRET_KEY: "the key in use" });
    const refused = /changes from parley-old to parley, where neither/;
    expect(await refusal()).toMatch(refused);
    keep("parley", { SECRET_KEY: "another" });
    expect(await refusal()).toMatch(refused);
    expect(await refusal({ "guards.allowKeyChange": true })).toBe("");
    keep("parley", { SECRET_KEY: "another", SECRET_KEY_PREVIOUS: "the key in use" });
    expect(await refusal()).toBe("");
    keep("parley", { SECRET_KEY: "the key in use" });
    expect(await refusal()).toBe("");
    // Of a key that is gone nobody can say that it is the same.
    installed.delete("/api/v1/namespaces/parley/secrets/parley-old");
    expect(await refusal()).toMatch(refused);
  });
});

it.each([
  ["services.links.replicas", 1, {}, "links would have 1 replica"],
  ["services.gateway.replicas", 0, {}, "minimum"],
  ["autoscaling.gateway.minReplicas", 1, { "autoscaling.gateway.enabled": true }, "gateway would have 1 replica"],
  ["autoscaling.links.minReplicas", 1, { "autoscaling.links.enabled": true }, "links would have 1 replica"],
])("the chart refuses %s: %s, and one replica only unless that is said", (key, value, others, told) => {
  expect(() => helm({ [key]: value, ...others })).toThrow(told);
  const said = { [key]: value, ...others, "guards.allowSingleReplica": true };
  if (value === 1) expect(helm(said)).toContain("kind: Deployment");
  else expect(() => helm(said)).toThrow(told);
});
