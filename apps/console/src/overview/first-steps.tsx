import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { Link } from "../ui/link.js";
import styles from "./overview.module.css";

/** Steps to the first conversation. Hidden once there was one. */
export function FirstSteps() {
  const agents = useQuery(agentsQuery(useApi())).data?.data ?? [];
  const hasActive = agents.some((agent) => agent.active_version !== null);
  return (
    <section className={styles.steps}>
      <h2>Three steps to the first conversation</h2>
      <ol>
        <Step done={hasActive}>
          <Link to="/import/{-$agent}" params={{ agent: undefined }}>
            Import an agent
          </Link>{" "}
          and activate a version: a JSON or YAML document that says what it does and how a conversation goes.
        </Step>
        <Step done={false}>
          <Link to="/links/{-$agent}" params={{ agent: undefined }}>
            Create a link
          </Link>
          : an address you give to people, with limits on conversations, messages and time.
        </Step>
        <Step done={false}>Open the link. The conversation appears here under Sessions.</Step>
      </ol>
    </section>
  );
}

function Step({ done, children }: { done: boolean; children: ReactNode }) {
  return (
    <li>
      {done && <strong>Done: </strong>}
      {children}
    </li>
  );
}
