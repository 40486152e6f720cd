import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApi } from "../api/api-context.js";
import { whoQuery } from "../app/who.js";

/** Whether drafts and other editor content may be read; undefined = not known yet. */
export function useMayEdit(): boolean | undefined {
  const role = useQuery(whoQuery(useApi())).data?.role;
  return role === undefined ? undefined : role !== "viewer" && role !== "operator";
}

/** The first tab of an agent. Users who may not read drafts see the versions, the first tab open to them. */
export function ForEditors({ agent, children }: { agent: string; children: ReactNode }) {
  return useMayEdit() === false ? <Navigate to="/agents/$agent/versions" params={{ agent }} replace /> : children;
}
