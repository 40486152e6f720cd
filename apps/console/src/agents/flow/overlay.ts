import type { GraphEdge } from "@parley/workflow-document";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Agent, TestResult } from "../../api/answers.js";
import { answered } from "../../api/query.js";
import type { TriedStep } from "../../api/try-calls.js";
import { useWorkbench } from "../../api/use-workbench.js";
import type { NodeNumbers } from "../../api/workbench-calls.js";
import type { FlowNode } from "../../ui/flow/flow-types.js";

export const OVERLAYS = [
  { value: "none", label: "No overlay" },
  { value: "coverage", label: "Test coverage" },
  { value: "drop_off", label: "Drop-off" },
  { value: "try", label: "Path of the try" },
] as const;
export type Overlay = (typeof OVERLAYS)[number]["value"];

interface Marks {
  /** Summary of the whole overlay. */
  note: string | null;
  node(id: string): FlowNode["mark"];
  isFaint(edge: GraphEdge): boolean;
}

const NOTHING: Marks = { note: null, node: () => null, isFaint: () => false };
const DAYS = 30;
/** A drop-off rate above this is highlighted. */
const MUCH = 0.2;
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });

/** Data about nodes and transitions beside the document: test coverage, and where people went. */
export function useOverlay(agent: Agent, overlay: Overlay, tried: readonly TriedStep[]): Marks {
  const api = useWorkbench();
  const version = agent.active_version;
  const tested = useQuery({
    queryKey: ["coverage", agent.id, version],
    queryFn: answered(() => api.testVersion(agent.id, version ?? 0)),
    enabled: overlay === "coverage" && version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const numbers = useQuery({
    queryKey: ["analytics", "nodes", agent.id],
    queryFn: answered(() => api.nodeNumbers(agent.id, DAYS)),
    enabled: overlay === "drop_off",
  });
  return useMemo(() => {
    if (overlay === "none") return NOTHING;
    if (overlay === "try") return pathOf(tried);
    if (version === null) return { ...NOTHING, note: "No version is live yet." };
    const query = overlay === "coverage" ? tested : numbers;
    if (query.error) return { ...NOTHING, note: query.error.problem.detail };
    if (overlay === "coverage") {
      return tested.data === undefined ? { ...NOTHING, note: "The tests are running…" } : coverageOf(tested.data);
    }
    return numbers.data === undefined ? { ...NOTHING, note: "Loading…" } : dropOffOf(numbers.data.data);
  }, [overlay, version, tested, numbers, tried]);
}

/** The path of the conversation beside the graph, with its step numbers. */
function pathOf(tried: readonly TriedStep[]): Marks {
  if (tried.length === 0) return { ...NOTHING, note: "Nothing tried yet: “Try” opens a conversation." };
  const steps = new Map<string, Set<number>>();
  const taken = new Set<string>();
  for (const { step, trace, node } of tried) {
    for (const id of [...(trace?.nodes ?? []).slice(step === 0 ? 0 : 1), node])
      steps.set(id, (steps.get(id) ?? new Set()).add(step));
    for (const { from_node: from, condition, to_node: to } of trace?.transitions ?? [])
      taken.add(`${from} ${condition} ${to}`);
  }
  const here = tried.at(-1)?.node;
  return {
    note: `The try is at ${here}`,
    node: (id) => {
      const numbers = steps.get(id);
      if (numbers === undefined) return null;
      return { tone: id === here ? "accent" : "good", text: `Step ${[...numbers].join(", ")}` };
    },
    isFaint: ({ from, condition, to }) => !taken.has(`${from} ${condition} ${to}`),
  };
}

function coverageOf({ version, coverage, tests }: TestResult): Marks {
  if (tests.length === 0) return { ...NOTHING, note: `Version ${version} has no tests.` };
  const unseen = new Set(coverage.nodes.unvisited);
  const unused = new Set(coverage.edges.unvisited.map(({ from, condition, to }) => `${from} ${condition} ${to}`));
  const { nodes, edges } = coverage;
  return {
    note: `Tests of version ${version}: ${nodes.visited} of ${nodes.total} nodes, ${edges.visited} of ${edges.total} transitions`,
    node: (id) =>
      unseen.has(id) ? { tone: "warn", text: "No test reaches this node" } : { tone: "good", text: "Tested" },
    isFaint: ({ from, condition, to }) => unused.has(`${from} ${condition} ${to}`),
  };
}

function dropOffOf(rows: readonly NodeNumbers[]): Marks {
  const byNode = new Map(rows.map((row) => [row.node_id, row]));
  return {
    note: rows.length === 0 ? `Nobody was here in the last ${DAYS} days.` : `Sessions of the last ${DAYS} days`,
    node: (id) => {
      const row = byNode.get(id);
      if (row === undefined || row.reached === 0) return { tone: "neutral", text: "No session reached this node" };
      const left = row.drop_off ?? 0;
      return { tone: left >= MUCH ? "warn" : "neutral", text: `${row.reached} came, ${percent.format(left)} left` };
    },
    isFaint: () => false,
  };
}
