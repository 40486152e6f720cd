// Runs the conformance suite of the protocol against a server that is running: PARLEY_URL and PARLEY_TOKEN say which. Exit code 1 when a
// scenario fails that conformance.yaml does not name, or one passes that it names. The suite knows no token, so a proxy adds it.
import { spawn } from "node:child_process";
import { createServer, request } from "node:http";
import { fileURLToPath } from "node:url";

const { PARLEY_URL = "http://localhost:8080", PARLEY_TOKEN } = process.env;
const { hostname, port } = new URL(PARLEY_URL);
const proxy = createServer((asked, answer) => {
  const headers = { ...asked.headers, authorization: `Bearer ${PARLEY_TOKEN}` };
  const passed = request({ hostname, port, path: asked.url, method: asked.method, headers }, (given) => {
    answer.writeHead(given.statusCode ?? 502, given.headers);
    given.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  asked.pipe(passed);
});
proxy.listen(0, "127.0.0.1", () => {
  const url = `http://localhost:${proxy.address().port}/mcp`;
  const known = fileURLToPath(new URL("conformance.yaml", import.meta.url));
  const suite = ["--yes", "@modelcontextprotocol/conformance@0.1.11", "server", "--suite", "all", "--url", url];
  const run = spawn("npx", [...suite, "--expected-failures", known], { stdio: "inherit" });
  run.on("exit", (code) => {
    process.exitCode = code ?? 1;
    proxy.close();
    proxy.closeAllConnections();
  });
});
