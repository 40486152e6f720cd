import type { Finding, Graph } from "@parley/workflow-document";
import { useEffect, useState } from "react";
import type { Issue } from "../api/answers.js";
import { useWorkbench } from "../api/use-workbench.js";

type Reader = typeof import("@parley/workflow-document");

let reader: Reader | null = null;
const fetchReader = async (): Promise<Reader> => {
  reader ??= await import("@parley/workflow-document");
  return reader;
};

export interface Read {
  /** The parsed text; the editor may be ahead of it by some keys. */
  text: string;
  graph: Graph;
  reader: Reader;
}

const readNow = (text: string, by: Reader): Read => ({ text, graph: by.readGraph(text), reader: by });

/** A text as a graph, parsed shortly after the last key; null until the parser has loaded. */
export function useGraph(text: string, delayMs = 0): Read | null {
  const [read, setRead] = useState<Read | null>(() => (reader === null ? null : readNow(text, reader)));
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      void fetchReader().then((by) => {
        if (wanted) setRead((last) => (last?.text === text ? last : readNow(text, by)));
      });
    }, delayMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text, delayMs]);
  return read;
}

const ASK_AFTER_MS = 1_000;

/** Findings that only the server can make, a second after the last key. */
export function useServerFindings(read: Read | null): Finding[] {
  const api = useWorkbench();
  const [found, setFound] = useState<{ text: string; issues: Issue[] } | null>(null);
  const text = read?.text ?? null;
  const canAsk = read?.graph.readable === true;
  useEffect(() => {
    if (text === null || !canAsk) return;
    let wanted = true;
    const timer = setTimeout(() => {
      void api.validate(text).then((answer) => {
        if (!wanted) return;
        setFound({ text, issues: answer.type === "ok" ? answer.value.issues : answer.issues });
      });
    }, ASK_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [api, text, canAsk]);
  if (read === null || found === null || found.text !== text) return NONE;
  const known = new Set(read.graph.findings.map(nameOf));
  return read.reader.placeFindings(
    found.text,
    found.issues.filter((issue) => !known.has(nameOf(issue))),
  );
}

const NONE: Finding[] = [];
const nameOf = ({ code, path }: Pick<Issue, "code" | "path">): string => `${code} ${JSON.stringify(path)}`;
