import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freePort } from "../cluster/child-process.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent } from "../cluster/owner.js";
import { ALERT_CASES } from "./alert-cases.js";
import { ROOT, run } from "./render.js";

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
interface Panel {
  title: string;
  type: string;
  targets?: { expr: string }[];
}

const RULES = join(ROOT, "deploy/prometheus/rules.yaml");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
// Our own files: their form is what these tests look at.
const rules = (parse(readFileSync(RULES, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const panels = (JSON.parse(read("deploy/grafana/parley.json")) as { panels: Panel[] }).panels;
const folder = mkdtempSync(join(tmpdir(), "parley-monitoring-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("deploy/prometheus/rules.yaml", () => {
  it("is accepted by Prometheus", () => {
    expect(run("promtool", ["check", "rules", RULES])).toMatchObject({ code: 0 });
  });

  it("has a case of firing and a case of silence for each alert", () => {
    expect(Object.keys(ALERT_CASES).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  // Hours are looked at in steps of five minutes, everything else in steps of one.
  it.each(["1m", "5m"])(
    "fires when it should and is silent when it should be, in steps of %s",
    (step) => {
      const tests = alerts.flatMap(({ alert, labels, annotations }) => {
        const one = ALERT_CASES[alert];
        if (one === undefined || (one.at === "7h") !== (step === "5m")) return [];
        const fired = { exp_labels: { ...labels, ...one.labels }, exp_annotations: annotations };
        const series = (of: Record<string, string>) =>
          Object.entries(of).map(([name, values]) => ({ series: name, values }));
        const at = { eval_time: one.at ?? "30m", alertname: alert };
        return [
          { interval: "1m", input_series: series(one.fires), alert_rule_test: [{ ...at, exp_alerts: [fired] }] },
          { interval: "1m", input_series: series(one.silent), alert_rule_test: [{ ...at, exp_alerts: [] }] },
        ];
      });
      expect(tests.length).toBeGreaterThan(0);
      const file = join(folder, `tests-${step}.yaml`);
      writeFileSync(file, stringify({ rule_files: [RULES], evaluation_interval: step, tests }));
      const { code, out, err } = run("promtool", ["test", "rules", file]);
      expect([code, `${out}${err}`]).toEqual([0, expect.stringContaining("SUCCESS")]);
    },
    180_000,
  );

  it("links every alert to a section of the runbook", () => {
    const slug = (title: string): string =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-");
    const sections = [...read("docs/runbook.md").matchAll(/^### (.+)$/gm)].map(([, title]) => slug(title ?? ""));
    for (const { alert, labels, annotations } of alerts) {
      expect(["page", "ticket"], alert).toContain(labels?.severity);
      expect(sections, alert).toContain(annotations?.runbook_url?.split("#")[1]);
    }
  });
});

describe("a Prometheus that scrapes the product", { timeout: 180_000 }, () => {
  let cluster: Cluster;
  let prometheus: ChildProcess;
  let url: string;
  beforeAll(async () => {
    cluster = await startCluster({ shape: "standalone" });
    url = `http://127.0.0.1:${await freePort()}`;
    const config = join(folder, "prometheus.yaml");
    const target = { targets: [new URL(cluster.child("standalone").opsUrl).host], labels: { service: "standalone" } };
    writeFileSync(
      config,
      stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        rule_files: [RULES],
        scrape_configs: [{ job_name: "parley", static_configs: [target] }],
      }),
    );
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`];
    prometheus = spawn(program(), [...args, `--web.listen-address=${new URL(url).host}`], { stdio: "ignore" });
    await eventually(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.status === 200, {
      timeoutMs: 30_000,
    });
    await talk(cluster);
  }, 180_000);
  afterAll(async () => {
    prometheus?.kill("SIGKILL");
    await cluster?.close();
  });

  it("has data for every query of the dashboard and every rule", async () => {
    const asked = [
      ...panels.flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => ({ what: title, expr }))),
      ...rules.flatMap(({ record, alert, expr }) =>
        sidesOf(expr).map((side) => ({ what: record ?? alert ?? "", expr: side })),
      ),
    ];
    expect(asked.length).toBeGreaterThan(80);
    await eventually(
      async () => {
        const empty: string[] = [];
        for (const { what, expr } of asked) {
          const short = expr.replaceAll("$__rate_interval", "30s");
          const found = await ask(short);
          if (found === 0) empty.push(`${what}: ${expr}`);
        }
        expect(empty).toEqual([]);
      },
      { timeoutMs: 150_000, intervalMs: 1_000 },
    );
  });

  it("evaluates each rule without an error, and fires no paging alert for a healthy product", async () => {
    const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string; state?: string }[] }[] };
    };
    const told = answer.data.groups.flatMap((group) => group.rules);
    expect(told).toHaveLength(rules.length);
    expect(told.filter(({ health }) => health === "err")).toEqual([]);
    expect(told.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual([]);
  });

  it("knows every metric that the rules and the dashboard name", async () => {
    const text = await (await fetch(`${cluster.child("standalone").opsUrl}/metrics`)).text();
    const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    const exprs = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr)),
    ];
    const named = exprs.flatMap((expr) =>
      [...expr.matchAll(/(?<![:\w])([a-z][a-z0-9]*_[a-z0-9_]+)(?=[{[)\s]|$)/g)].map(([, name]) => name ?? ""),
    );
    const ours = named.filter((name) => !/^(histogram_quantile|exported_job)/.test(name));
    const unknown = ours.filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|count|sum)$/, "")));
    expect([...new Set(unknown)]).toEqual([]);
  });

  async function ask(query: string): Promise<number> {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
    const body = (await answer.json()) as { status: string; error?: string; data: { result: unknown[] } };
    if (body.status !== "success") throw new Error(`${query}: ${body.error}`);
    return body.data.result.length;
  }
});

/** What is compared: an alert of a healthy product has data on its left side and no result as a whole. */
const sidesOf = (expr: string): string[] => expr.split(" and ").map((part) => part.split(/ [<>]=? /)[0] ?? part);

function program(): string {
  const unpacked = join(ROOT, ".data/programs/debian/prometheus/usr/bin/prometheus");
  return existsSync(unpacked) ? unpacked : "prometheus";
}

/** A few conversations with a reader, and what refuses. */
async function talk(cluster: Cluster): Promise<void> {
  const tenant = await createTenant(cluster, "Monitoring");
  const agentId = await importAgent(tenant, "echo", ECHO);
  for (let n = 0; n < 4; n += 1) {
    const made = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", {
      ...{ tenant_id: tenant.id, agent_id: agentId },
    });
    for (let said = 0; said < 6; said += 1) {
      await tenant.signed.call("POST", `/api/chat/sessions/${made.body.session_id}/messages`, { content: `${said}` });
    }
  }
}
