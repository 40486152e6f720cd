import { useQuery } from "@tanstack/react-query";

interface CountedProps {
  queryKey: readonly string[];
  path: string;
  /** Sessions of which the answer shows something. */
  sessions?: string[];
}

function Counted({ queryKey, path, sessions }: CountedProps) {
  const { data } = useQuery({
    queryKey,
    queryFn: async () => (await fetch(path)).text(),
    ...(sessions && { meta: { sessionsIn: () => sessions } }),
  });
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
      <Counted queryKey={["queue"]} path="/api/count/queue" sessions={["s1"]} />
    </section>
  );
}
