import { ERRORS } from "@parley/contracts";
import { problemType } from "@parley/http";

const INTRO = `# Errors

Generated from \`libs/contracts/src/errors.ts\` by \`npm run docs:generate\`; do not edit.

Every error of the HTTP API is an \`application/problem+json\` document (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\`,
\`code\`, \`request_id\` and \`doc_url\`, the path of this page's line on the server that answered; 422 adds \`errors\` (JSON pointer, rule, sentence; never the value), and answers after which waiting
helps add \`retry_after\` in seconds and the header \`Retry-After\`. Decide by \`code\`: titles and sentences may change.

**400** cannot be parsed, **422** was parsed and breaks a rule. Whatever belongs to another tenant is **404**.`;

const isKey = (key: string): key is keyof typeof ERRORS => Object.hasOwn(ERRORS, key);

/** `docs/errors.md`: one table, ordered by status, then code. */
export function errorsPage(): string {
  const codes = Object.keys(ERRORS).filter(isKey);
  codes.sort((a, b) => ERRORS[a][0] - ERRORS[b][0] || a.localeCompare(b, "en"));
  const rows = codes.map((code) => {
    const [status, title, detail] = ERRORS[code];
    return `| ${status} | <a id="${code}"></a>\`${code}\` | ${title} | ${detail} | \`${problemType(code)}\` |`;
  });
  const table = ["| status | code | title | sentence | type |", "|---|---|---|---|---|", ...rows].join("\n");
  return `${INTRO}\n\n${table}\n`;
}
