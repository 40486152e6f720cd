import type { Usage } from "../api/answers.js";
import { dollars } from "./session-rows.js";

/** Tokens and money; empty when nothing was used. */
export function UsageFigures({
  usage: { input_tokens: inputTokens, output_tokens: outputTokens, cost },
}: {
  usage: Usage;
}) {
  if (inputTokens === 0 && outputTokens === 0 && cost === 0) return null;
  return (
    <>
      <span>
        {inputTokens.toLocaleString("en")} tokens in, {outputTokens.toLocaleString("en")} out
      </span>
      <span>{cost === null ? "price not known" : dollars.format(cost)}</span>
    </>
  );
}

/** Milliseconds in readable form. */
export const inTime = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toLocaleString("en", { maximumFractionDigits: 1 })} s`;
