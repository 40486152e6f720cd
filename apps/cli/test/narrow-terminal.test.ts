import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { answer, banner, lookOf, opened } from "../src/chat/present.js";
import { columnsOf } from "../src/plain-text.js";
import { printTable } from "../src/report.js";

const COLUMNS = 40;
const terminal = (columns = COLUMNS) => Object.assign(new PassThrough(), { isTTY: true, columns });
const env = { NO_COLOR: "1" };

describe("on a terminal of 40 columns", () => {
  const look = lookOf({ env, stdout: terminal() });
  const step = {
    ...{ from_node: "a", from_node_name: "Collect Visitor Details", to_node: "b", to_node_name: "個人的な挨拶" },
    condition: "variables_extracted:first_name,zip_code",
  };
  const turn = {
    ...{ response: "你好，Jack！👩‍⚕️ How can I help you with your appointment today?", node_id: "qa" },
    ...{ node_name: "Questions and Answers", transitions: [step], latency_ms: 523, session_ended: false },
    extracted_variables: { first_name: "Jack", comment: "a rather long remark about nothing at all" },
  };

  it("keeps every line of a chat within the width", () => {
    const place = {
      server: "https://chat.example.com:8443/below",
      tenant: "6bc1814c-5705-5b6e-af99-104b91962282",
      agent: "x",
    };
    // What the lines are made of is all that the two types have here.
    const shown = [
      ...banner(look, place),
      ...answer(look, turn as unknown as Parameters<typeof answer>[1]),
      ...opened(look, {
        ...{ session_id: "text_abc123def456abc123def4", agent_config_version: 2, is_active_version: true },
        ...{ initial_node_name: "Disclaimer", initial_node_id: "d", transitions: [step], node_name: "N", node_id: "n" },
        initial_message: "Welcome.",
      } as unknown as Parameters<typeof opened>[1]),
    ];
    for (const line of shown) expect([line, columnsOf(line) <= COLUMNS]).toEqual([line, true]);
    expect(shown.join("\n")).toContain("➡️  Collect Visitor Details →");
  });

  it("prints one field per line where a table does not fit, and aligns wide characters where it does", () => {
    const rows = [
      ["個人", "active", "01890a5d-ac96-774b-bcce-b302099a8057"],
      ["clinic-desk", "expired", "x"],
    ];
    const printed = (columns: number): string[] => {
      const stdout = terminal(columns);
      const io = {
        env,
        stdin: terminal(),
        stdout,
        stderr: terminal(),
        signal: AbortSignal.any([]),
        interrupt: () => undefined,
      };
      printTable(io, ["NAME", "STATUS", "ID"], rows);
      return String(stdout.read()).trimEnd().split("\n");
    };
    const narrow = printed(COLUMNS);
    for (const line of narrow) expect(columnsOf(line)).toBeLessThanOrEqual(COLUMNS);
    expect(narrow.slice(0, 2)).toEqual(["NAME    個人", "STATUS  active"]);
    expect(printed(80).slice(0, 2)).toEqual(["NAME         STATUS   ID", `個人         active   ${rows[0]?.[2]}`]);
  });
});
