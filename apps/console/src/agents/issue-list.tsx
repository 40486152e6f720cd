import type { Issue } from "../api/answers.js";
import { Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { Chip } from "../ui/status.js";
import { lineOf, positionOf } from "./json-position.js";

interface IssueListProps {
  issues: Issue[];
  source: string;
  onShow(issue: Issue): void;
}

/** Findings about a document by their place in it; in JSON also by line, with a way to jump there. */
export function IssueList({ issues, source, onShow }: IssueListProps) {
  if (issues.length === 0) return null;
  return (
    <Rows>
      {issues.map((issue) => {
        const path = pathText(issue.path);
        const position = positionOf(source, issue.path);
        return (
          <Row
            key={`${path} ${issue.code} ${issue.message}`}
            title={<code>{path}</code>}
            beside={
              <Chip tone={issue.severity === "error" ? "problem" : "warn"}>
                {issue.severity === "error" ? "Error" : "Warning"}
              </Chip>
            }
            actions={
              position ? (
                <Button small look="quiet" onClick={() => onShow(issue)}>
                  Show line {lineOf(source, position.start)}
                </Button>
              ) : undefined
            }
          >
            <span>{issue.message}</span>
          </Row>
        );
      })}
    </Rows>
  );
}

/** `["workflow", "nodes", 2, "id"]` → `workflow.nodes[2].id`. */
function pathText(path: Issue["path"]): string {
  if (path.length === 0) return "document";
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** Selects the place of a finding in the editor and brings it into view. */
export function revealIssue(editor: HTMLTextAreaElement | null, issue: Issue): void {
  const position = editor && positionOf(editor.value, issue.path);
  if (!editor || !position) return;
  const lines = editor.value.split("\n").length;
  const line = lineOf(editor.value, position.start);
  editor.focus();
  editor.setSelectionRange(position.start, position.end);
  editor.scrollTop = (editor.scrollHeight / lines) * Math.max(0, line - 4);
  editor.scrollLeft = 0;
}
