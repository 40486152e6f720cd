import OpenAI from "openai";
import { open, textOf } from "./http.js";
import { emptyResult, type JobResult, type PairsJob, type Target } from "./jobs.js";

/** Direct SDK call and product in alternation, so that both see the same machine. */
export async function runPairs(job: PairsJob): Promise<JobResult> {
  const result = emptyResult();
  const client = new OpenAI({ apiKey: "bench", baseURL: job.modelUrl, maxRetries: 0 });
  let left = job.count;
  const startedAt = performance.now();
  const worker = async (index: number): Promise<void> => {
    const own = job.targets.filter((_, at) => at % job.atOnce === index);
    for (let n = 0; left > 0; n += 1) {
      left -= 1;
      const target = own[n % own.length];
      if (target === undefined) throw new Error("more pairs at once than targets");
      try {
        result.direct.push(await direct(client, job));
        result.times.push(job.until === "answer" ? await wholeAnswer(target) : await firstToken(target));
        result.ok += 1;
      } catch (error) {
        const code = error instanceof Error ? error.message.slice(0, 120) : "unknown";
        result.errors[code] = (result.errors[code] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: job.atOnce }, (_, index) => worker(index)));
  result.wallMs = performance.now() - startedAt;
  return result;
}

async function direct(client: OpenAI, { prompt, until }: PairsJob): Promise<number> {
  const startedAt = performance.now();
  const messages = [
    { role: "system" as const, content: prompt.system },
    { role: "user" as const, content: prompt.user },
  ];
  if (until === "answer") {
    await client.chat.completions.create({ model: "fake", messages });
    return performance.now() - startedAt;
  }
  const stream = await client.chat.completions.create({ model: "fake", messages, stream: true });
  let first = Number.NaN;
  for await (const part of stream) {
    if (Number.isNaN(first) && part.choices[0]?.delta.content) first = performance.now() - startedAt;
  }
  return first;
}

async function wholeAnswer(target: Target): Promise<number> {
  const startedAt = performance.now();
  const { response } = await open(target);
  const text = await textOf(response);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${text}`);
  return performance.now() - startedAt;
}

/** Until the first text arrives; an answer that was ready at once may come as the message itself. */
async function firstToken(target: Target): Promise<number> {
  const startedAt = performance.now();
  const { response } = await open(target);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${await textOf(response)}`);
  let first = Number.NaN;
  let seen = "";
  response.setEncoding("utf8");
  for await (const part of response) {
    if (!Number.isNaN(first)) continue;
    seen += part;
    if (/event: ?message/.test(seen)) first = performance.now() - startedAt;
  }
  if (Number.isNaN(first)) throw new Error("the stream brought no text");
  return first;
}
