import type { Bus } from "@parley/bus";
import type { Model } from "@parley/llm";
import { type CrashAt, type CrashPoint, createCrash } from "./crash-points.js";
import type { TurnRepository } from "./repository/turns.js";
import type { runSession } from "./run-session.js";
import type { takeLease } from "./take-lease.js";

/** The parts of the runner between which a test may kill the process. */
interface Parts {
  repository: TurnRepository;
  takeLease: typeof takeLease;
  model: Model;
  /** Answers the questions of an analysis. */
  analyst: Model;
  knowledge: Pick<Bus, "call">;
  runSession: typeof runSession;
}

/** The same parts with crash points around their calls; unchanged in production. */
export function withCrashPoints(parts: Parts, at: CrashAt | null): Parts {
  if (at === null) return parts;
  const crash = createCrash(at);
  const { repository, model, analyst, knowledge } = parts;
  const around = async <T>(call: () => Promise<T>, points: { before?: CrashPoint; after: CrashPoint }): Promise<T> => {
    if (points.before) crash(points.before);
    const answer = await call();
    crash(points.after);
    return answer;
  };
  const called = { before: "before_call", after: "after_call" } as const;
  return {
    repository: {
      ...repository,
      commit: (item) => around(() => repository.commit(item), { before: "before_commit", after: "committed" }),
    },
    async takeLease(...wanted) {
      const taken = await parts.takeLease(...wanted);
      if (taken) crash("acquired");
      return taken;
    },
    model: {
      ...model,
      reply: (request, options) => around(() => model.reply(request, options), called),
      extract: (request, options) => around(() => model.extract(request, options), called),
      classify: (request, options) => around(() => model.classify(request, options), called),
    },
    analyst: {
      ...analyst,
      extract: (request, options) => around(() => analyst.extract(request, options), { after: "analysed" }),
    },
    knowledge: {
      call: (contract, input, options) =>
        around(() => knowledge.call(contract, input, options), { after: "retrieved" }),
    },
    runSession: (...session) => around(() => parts.runSession(...session), { after: "announced" }),
  };
}
