import { createServer } from "node:net";

/** A port to listen on: the wanted one, else 8080, else any free one. Throws when an explicitly wanted port is taken. */
export async function choosePort(wanted: number | null, host: string): Promise<number> {
  if (wanted !== null && wanted !== 0) {
    const obstacle = await obstacleAt(wanted, host);
    if (obstacle === null) return wanted;
    // EADDRNOTAVAIL and the like are about HOST, and say so themselves.
    const why = { EADDRINUSE: "is taken by another program", EACCES: "may not be opened by this account" }[
      obstacle.code
    ];
    if (why === undefined) throw obstacle.error;
    throw new Error(`port ${wanted} ${why}; choose one with --port, or --port 0 for any free one`);
  }
  if (wanted === null && (await obstacleAt(8080, host)) === null) return 8080;
  return freePort(host);
}

/** What keeps us from listening there; null = nothing. */
const obstacleAt = (port: number, host: string): Promise<{ code: string; error: Error } | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? "", error }));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });

const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
