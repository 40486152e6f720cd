import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answered } from "../api/query.js";
import { type AuditVerified, auditCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Verdict } from "../trust/verdict.js";
import { Mono } from "../ui/values.js";
import { PROBLEM_WORDS } from "./audit-words.js";

type Sum = Omit<AuditVerified, "next_cursor">;

/** Verifies the whole chain, about three seconds of work per call. */
export function useVerification() {
  const calls = useCalls(auditCalls);
  const [checked, setChecked] = useState(0);
  const verification = useMutation({
    mutationFn: async (): Promise<Sum> => {
      setChecked(0);
      const sum: Sum = { intact: true, checked: 0, sealed: 0, head: null, problems: [] };
      let cursor: string | undefined;
      do {
        const from = cursor;
        const found = await answered(() => calls.verifyAudit(from))();
        sum.intact &&= found.intact;
        sum.checked += found.checked;
        sum.sealed += found.sealed;
        sum.head = found.head;
        sum.problems.push(...found.problems);
        setChecked(sum.checked);
        cursor = found.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return sum;
    },
  });
  return { verification, checked };
}

const entries = (count: number): string => `${count.toLocaleString()} ${count === 1 ? "entry" : "entries"}`;
const seals = (count: number): string => `${count.toLocaleString()} ${count === 1 ? "seal" : "seals"}`;

export function VerificationResult({ found, onClose }: { found: Sum; onClose: () => void }) {
  if (!found.intact) return <Broken found={found} onClose={onClose} />;
  if (found.head === null) {
    return (
      <Verdict good title="There is nothing to verify yet" onClose={onClose}>
        <p>The first change, reading or sign-in begins the chain.</p>
      </Verdict>
    );
  }
  return (
    <Verdict good title="The audit is intact" onClose={onClose}>
      <p>
        The hashes of {entries(found.checked)} were computed again, and the chain was compared with{" "}
        {seals(found.sealed)} made of it before. The newest entry is number {found.head.seq.toLocaleString()}, with the
        hash <Mono>{found.head.hash}</Mono>.
      </p>
    </Verdict>
  );
}

function Broken({ found, onClose }: { found: Sum; onClose: () => void }) {
  return (
    <Verdict good={false} title="The audit has been altered" onClose={onClose}>
      <p>{entries(found.checked)} checked. What does not fit:</p>
      <ul>
        {found.problems.map(({ seq, problem }) => (
          <li key={`${seq} ${problem}`}>
            Entry {seq.toLocaleString()}: {PROBLEM_WORDS[problem]}.
          </li>
        ))}
      </ul>
    </Verdict>
  );
}
