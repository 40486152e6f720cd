import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complaints } from "./kinds.js";
import {
  helm,
  kustomize,
  kustomizeFile,
  NEEDED,
  onlyInProduction,
  PLACEHOLDER,
  type Resource,
  ROOT,
  resources,
  run,
  withoutHelm,
} from "./render.js";

const defaults = resources(helm());
const prod = resources(helm({ "image.digest": PLACEHOLDER }, "prod"));
const everything = resources(
  helm(
    {
      ...{ "image.digest": PLACEHOLDER, erasureLedgerClaim: "erasures", "image.pullSecrets": ["registry"] },
      ingress: { enabled: true, host: "parley.example.com", tlsSecret: "parley-tls" },
      gatewayApi: { enabled: true, parentRefs: [{ name: "public" }], hostnames: ["parley.example.com"] },
      "services.agent-runner.secretEnv": ["OPENAI_API_KEY"],
      "services.agent-runner.env": { MODEL: "gpt-5", RUNNER_CONCURRENCY: 32 },
    },
    "prod",
  ),
);
const SERVICES = ["agent-runner", "cleanup", "gateway", "links", "memory", "sessions"];
const of = (all: Resource[], kind: string) => all.filter((resource) => resource.kind === kind);
const named = (all: Resource[], kind: string, name: string): Resource => {
  const found = of(all, kind).find(({ metadata }) => metadata.name === `parley-${name}`);
  if (found === undefined) throw new Error(`no ${kind} parley-${name}`);
  return found;
};
/** Everything with a pod in it. */
const podsOf = (all: Resource[]) =>
  all.flatMap((one) => (one.kind === "Pod" ? [one.spec] : one.spec?.template?.spec ? [one.spec.template.spec] : []));

describe("the chart", () => {
  it("renders the same bytes twice, and lints", () => {
    expect(helm()).toBe(helm());
    const sets = Object.entries(NEEDED).map(([key, value]) => `${key}=${value}`);
    const { code, out } = run("helm", ["lint", "--strict", "deploy/helm/parley", "--set", sets.join(",")]);
    expect([code, out.includes("1 chart(s) linted, 0 chart(s) failed")]).toEqual([0, true]);
  });

  it("renders only kinds and fields that Kubernetes and the resource definitions have", () => {
    expect(complaints(everything)).toEqual([]);
    const wrong = structuredClone(named(everything, "Deployment", "links"));
    wrong.spec.template.spec.containers[0].imagee = "x";
    expect(complaints([wrong]).join("\n")).toContain("imagee");
  });

  it.each([
    ["imag.tag", "1", "imag"],
    ["image.digset", "x", "digset"],
    ["services.gatway.replicas", 2, "gatway"],
    ["services.gateway.replica", 2, "replica"],
    ["services.gateway.env.MAX_STREEMS", 2, "MAX_STREEMS"],
    ["services.cleanup.env.MAX_STREAMS", 2, "MAX_STREAMS"],
    ["services.agent-runner.env.OPENAI_API_KEY", "sk-1", "OPENAI_API_KEY"],
    ["services.gateway.secretEnv", ["SMTP_URL"], "secretEnv"],
    ["env.LOGLEVEL", "debug", "LOGLEVEL"],
    ["autoscaling.agentRunner.enabledd", true, "enabledd"],
    ["networkPolicy.postgress", {}, "postgress"],
    ["drainDelaySeconds", 60, "drainDelaySeconds"],
    ["publicUrl", "https://a.example/parley", "publicUrl"],
  ])("refuses %s and names it", (key, value, told) => {
    expect(() => helm({ [key]: value })).toThrow(told);
  });

  it("invents no secret: without the name of one, or without a required digest, it fails with the remedy", () => {
    expect(() => helm({ existingSecret: "" })).toThrow(/existingSecret is required: the chart makes no keys/);
    expect(() => helm({ publicUrl: "" })).toThrow(/publicUrl is required/);
    expect(() => helm({}, "prod")).toThrow(/image\.digest is required here/);
    expect(of(everything, "Secret")).toEqual([]);
    for (const pod of podsOf(everything)) {
      for (const { name, value } of pod.containers[0].env ?? [])
        if (value !== undefined) expect(name).not.toMatch(/SECRET|PASSWORD|_KEY$|DATABASE|NATS_URL|REDIS_URL/);
    }
  });
});

describe("policies of the rendered manifests", () => {
  it("runs every pod restricted: no root, read-only, no capabilities, no service account token", () => {
    for (const pod of podsOf(everything)) {
      expect(pod).toMatchObject({
        ...{ automountServiceAccountToken: false, enableServiceLinks: false },
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([undefined, undefined, undefined]);
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
          capabilities: { drop: ["ALL"] },
        });
        expect(container.image).toBe(`parley@${PLACEHOLDER}`);
        expect(container.resources).toMatchObject({
          requests: { cpu: expect.anything() },
          limits: { memory: expect.anything() },
        });
        expect(container.resources.limits.cpu).toBeUndefined();
      }
    }
  });

  it("keeps two replicas of everything, spread, with one disruption at a time", () => {
    expect(of(defaults, "Deployment").map(({ metadata }) => metadata.name)).toEqual(
      SERVICES.map((name) => `parley-${name}`),
    );
    for (const name of SERVICES) {
      const { spec } = named(defaults, "Deployment", name);
      expect(spec.replicas, name).toBeGreaterThanOrEqual(2);
      expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
      expect(spec.template.spec.topologySpreadConstraints).toHaveLength(2);
      expect(named(defaults, "PodDisruptionBudget", name).spec.maxUnavailable).toBe(1);
      expect(named(defaults, "Service", name).spec.sessionAffinity).toBeUndefined();
      expect(named(defaults, "ServiceAccount", name).automountServiceAccountToken).toBe(false);
    }
  });

  it("probes liveness only of the event loop, so that no unavailable store restarts a pod, and waits longer than a drain", () => {
    for (const name of SERVICES) {
      const { terminationGracePeriodSeconds, containers } = named(prod, "Deployment", name).spec.template.spec;
      const [container] = containers;
      expect(container.livenessProbe.httpGet.path).toBe("/healthz");
      expect(container.startupProbe.httpGet.path).toBe("/healthz");
      expect(container.readinessProbe.httpGet.path).toBe("/readyz");
      const env = new Map<string, string>(
        container.env.map((one: { name: string; value: string }) => [one.name, one.value]),
      );
      const drain = Number(env.get("DRAIN_DELAY_SECONDS"));
      const { periodSeconds, failureThreshold } = container.readinessProbe;
      expect(drain).toBeGreaterThanOrEqual(periodSeconds * failureThreshold);
      expect(drain).toBeGreaterThanOrEqual(15);
      // A service ends within 29 seconds, its drain included.
      expect(terminationGracePeriodSeconds).toBeGreaterThan(29);
    }
  });

  it("gives the gateway neither URL nor network access of PostgreSQL, and internet access only to services that send", () => {
    const ports = (name: string): number[] =>
      named(prod, "NetworkPolicy", name).spec.egress.flatMap((rule: { ports: { port: number }[] }) =>
        rule.ports.map(({ port }) => port),
      );
    for (const name of SERVICES) {
      const policy = named(prod, "NetworkPolicy", name).spec;
      expect(policy.policyTypes).toEqual(["Ingress", "Egress"]);
      expect(policy.podSelector.matchLabels).toEqual(named(prod, "Deployment", name).spec.selector.matchLabels);
      expect(ports(name).includes(5432), name).toBe(name !== "gateway");
      const sends = ["agent-runner", "links", "memory", "sessions"].includes(name);
      expect(ports(name).includes(443), name).toBe(sends);
      const block = policy.egress.find((rule: { to: { ipBlock?: object }[] }) => rule.to[0]?.ipBlock)?.to[0].ipBlock;
      if (sends) expect(block.except).toEqual(expect.arrayContaining(["10.0.0.0/8", "169.254.0.0/16"]));
      const env = named(prod, "Deployment", name).spec.template.spec.containers[0].env as { name: string }[];
      const address = env.some((one) => one.name === "DATABASE_URL");
      expect(address, name).toBe(name !== "gateway");
      expect(env.some((one) => one.name === "DATABASE_ADMIN_URL")).toBe(false);
    }
    expect(ports("migrate").sort()).toEqual([53, 53, 5432]);
  });

  it("migrates before new pods, by a separate Job for each image that never expires", () => {
    const [job] = of(prod, "Job");
    expect(job?.metadata.annotations).toMatchObject({
      ...{ "helm.sh/hook": "pre-install,pre-upgrade", "argocd.argoproj.io/hook": "PreSync" },
    });
    expect(job?.spec.ttlSecondsAfterFinished).toBeUndefined();
    const other = of(resources(helm({ "image.digest": `sha256:${"1".repeat(64)}` }, "prod")), "Job");
    expect(other[0]?.metadata.name).not.toBe(job?.metadata.name);
    expect(job?.spec.template.spec.containers[0].command).toEqual(["node", "libs/db/dist/main.js"]);
    // New pods may wait as long as the migration may last.
    expect(named(prod, "Deployment", "links").spec.progressDeadlineSeconds).toBeGreaterThanOrEqual(
      job?.spec.activeDeadlineSeconds,
    );
  });

  it("scales runners by waiting turns, without a password, with a minimum and a fallback", () => {
    const { spec } = named(prod, "ScaledObject", "agent-runner");
    expect(spec.triggers).toEqual([
      {
        ...{ type: "metrics-api", metricType: "AverageValue" },
        metadata: {
          url: "http://parley-sessions.parley.svc:9090/scaling",
          ...{ valueLocation: "pending_turns", targetValue: "48" },
        },
      },
    ]);
    expect(spec.minReplicaCount).toBeGreaterThanOrEqual(2);
    expect(spec.fallback.replicas).toBeGreaterThanOrEqual(spec.minReplicaCount);
    // What an autoscaler decides stands nowhere else.
    expect(named(prod, "Deployment", "agent-runner").spec).not.toHaveProperty("replicas");
    const metrics = named(prod, "HorizontalPodAutoscaler", "gateway").spec.metrics;
    expect(metrics.map((one: { type: string }) => one.type)).toEqual(["Resource", "Pods"]);
    expect(metrics[1].pods.metric.name).toBe("gateway_streams");
  });

  it("scales every other service by CPU, never below two replicas, wherever enabled", () => {
    const others = SERVICES.filter((name) => name !== "agent-runner");
    const all = resources(helm(Object.fromEntries(others.map((name) => [`autoscaling.${name}.enabled`, true]))));
    for (const name of others) {
      const { spec } = named(all, "HorizontalPodAutoscaler", name);
      expect(spec.scaleTargetRef).toEqual({ apiVersion: "apps/v1", kind: "Deployment", name: `parley-${name}` });
      expect(spec.metrics[0].resource, name).toMatchObject({ name: "cpu", target: { type: "Utilization" } });
      expect(spec.minReplicas, name).toBeGreaterThanOrEqual(2);
      // A percentage is one of what is requested.
      const { template, ...deployment } = named(all, "Deployment", name).spec;
      expect(template.spec.containers[0].resources.requests, name).toHaveProperty("cpu");
      expect(deployment).not.toHaveProperty("replicas");
    }
    const scaled = of(prod, "HorizontalPodAutoscaler").map(({ metadata }) => metadata.name);
    expect(scaled).toEqual(["parley-gateway", "parley-links", "parley-sessions", "parley-memory"]);
    expect(of(defaults, "HorizontalPodAutoscaler")).toEqual([]);
  });

  it("passes streams through an Ingress and a Gateway, and logs no path", () => {
    const ingress = of(everything, "Ingress")[0]?.metadata.annotations ?? {};
    const key = (name: string) => ingress[`nginx.ingress.kubernetes.io/${name}`];
    expect(key("proxy-buffering")).toBe("off");
    expect(Number(key("proxy-read-timeout"))).toBeGreaterThan(300);
    expect(key("enable-access-log")).toBe("false");
    expect(Number(key("limit-rps"))).toBeGreaterThan(0);
    const route = of(everything, "HTTPRoute")[0];
    expect(Number.parseInt(route?.spec.rules[0].timeouts.request, 10)).toBeGreaterThan(3_600);
  });
});

describe("deploy/kustomize", () => {
  it("has the base and the scaling that the chart renders (npm run deploy:generate)", () => {
    const file = (path: string) => readFileSync(join(ROOT, "deploy/kustomize", path), "utf8");
    expect(file("base/parley.yaml")).toBe(kustomizeFile(withoutHelm(defaults)));
    expect(file("overlays/prod/scaling.yaml")).toBe(kustomizeFile(onlyInProduction(PLACEHOLDER)));
  });

  it.each(["dev", "prod"] as const)("makes of overlay %s what the chart makes of its values", (name) => {
    const digest = name === "prod" ? { "image.digest": PLACEHOLDER } : {};
    const wanted = withoutHelm(resources(helm(digest, name)));
    const built = withoutHelm(kustomize(`deploy/kustomize/overlays/${name}`));
    // Kustomize adds the namespace, and its Job is named by hand.
    const plain = (all: Resource[]) =>
      all.map(({ kind, metadata, ...rest }) => {
        const { namespace: _, name: given, ...others } = metadata as Resource["metadata"] & { namespace?: string };
        return { kind, name: kind === "Job" ? "job" : given, metadata: others, ...rest };
      });
    expect(plain(built)).toEqual(plain(wanted));
    expect(built.every(({ metadata }) => "namespace" in metadata)).toBe(true);
  });
});
