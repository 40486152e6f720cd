import { useQuery } from "@tanstack/react-query";

function Counted({ queryKey, path }: { queryKey: readonly string[]; path: string }) {
  const { data } = useQuery({ queryKey, queryFn: async () => (await fetch(path)).text() });
  return <output data-path={path}>{data ?? ""}</output>;
}

export function LiveSection() {
  return (
    <section>
      <h2>Live</h2>
      <Counted queryKey={["sessions", "all"]} path="/api/count/sessions" />
      <Counted queryKey={["session", "s1"]} path="/api/count/s1" />
      <Counted queryKey={["session", "s2"]} path="/api/count/s2" />
      <Counted queryKey={["agents"]} path="/api/count/agents" />
    </section>
  );
}
