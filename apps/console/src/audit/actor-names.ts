import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { allPages } from "../api/all-pages.js";
import { answered } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import type { AuditEntryView } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import { userCalls } from "../api/user-calls.js";

/** Names of actors by their ids, as far as they still exist. */
export function useActorNames(): ReadonlyMap<string, string> {
  const api = useCalls(userCalls);
  const credentials = useCalls(credentialCalls);
  const users = useQuery({ queryKey: ["users"], queryFn: answered(() => allPages((cursor) => api.users(cursor))) });
  const tokens = useQuery({
    queryKey: ["tokens"],
    queryFn: answered(() => allPages((cursor) => credentials.tokens(cursor))),
  });
  const keys = useQuery({
    queryKey: ["keys"],
    queryFn: answered(() => allPages((cursor) => credentials.keys(cursor))),
  });
  return useMemo(
    () =>
      new Map([
        ...(users.data?.data ?? []).map(({ id, name, email }): [string, string] => [id, name ?? email]),
        ...(tokens.data?.data ?? []).map(({ id, name }): [string, string] => [id, `${name} (token)`]),
        ...(keys.data?.data ?? []).map(({ id, name }): [string, string] => [id, `${name} (key)`]),
      ]),
    [users.data, tokens.data, keys.data],
  );
}

const VIA: Record<string, string> = { token: "Token", hmac: "Signing key", user: "User" };

/** Removed users are shown by the end of their id, to distinguish them. */
export const actorName = ({ via, id }: AuditEntryView["actor"], names: ReadonlyMap<string, string>): string =>
  names.get(id) ?? `${VIA[via] ?? via} …${id.slice(-6)}`;
