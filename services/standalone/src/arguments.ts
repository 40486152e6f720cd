import { parseArgs } from "node:util";

export interface StandaloneOptions {
  json: boolean;
  port: number | null;
  dataDir: string;
  reset: boolean;
  useRunning: boolean;
  help: boolean;
}

export const HELP = `Parley on this machine: real servers in a private folder, no account, no API key.

  npm start                     start, or go on with the data of the last start
  npm start -- --port 9000      listen on another port (default 8080, or a free one when it is taken)
  npm start -- --data DIR       keep the data in DIR (default .data/default)
  npm start -- --reset          forget all data first
  npm start -- --json           print one line of JSON when ready; progress goes to standard error
  npm start -- --use-running    use PostgreSQL, NATS and Redis on their standard loopback ports

Environment: DATABASE_URL, NATS_URL and REDIS_URL use servers of yours; OPENAI_API_KEY (and OPENAI_BASE_URL, MODEL) a real
model instead of the scripted one. .env.example lists every variable.
`;

/** Reads the command line. Throws an Error with a sentence for the person at the terminal. */
export function parseArguments(argv: string[], env: Record<string, string | undefined>): StandaloneOptions {
  const values = valuesOf(argv);
  const port = values.port ?? (env.PORT || undefined);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new Error(`--port takes a number up to 65535, not "${port}"`);
  return {
    json: values.json,
    port: port === undefined ? null : Number(port),
    dataDir: values.data ?? ".data/default",
    reset: values.reset,
    useRunning: values["use-running"],
    help: values.help,
  };
}

function valuesOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        port: { type: "string" },
        data: { type: "string" },
        reset: { type: "boolean", default: false },
        "use-running": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said.replace(/\.$/, "")}. npm start -- --help tells the options`, { cause: error });
  }
}
