import { useQuery } from "@tanstack/react-query";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { userCalls } from "../api/user-calls.js";
import type { VersionView } from "../api/workbench-calls.js";

/** Names of the authors of versions, as far as the signed-in user may see people; null = unknown. */
export function useAuthors(): (author: VersionView["author"]) => string | null {
  const api = useCalls(userCalls);
  const query = useQuery({ queryKey: ["users"], queryFn: answered(() => api.users()) });
  const names = new Map(query.data?.data.map(({ id, name, email }) => [id, name || email]));
  return (author) => {
    if (!author) return null;
    if (author.via === "user") return names.get(author.id) ?? "A person of the team";
    return author.via === "token" ? "By an access token" : "By a signed call";
  };
}
