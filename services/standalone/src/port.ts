import { createServer } from "node:net";

/** A port to listen on: the wanted one, else 8080, else any free one. Throws when an explicitly wanted port is taken. */
export async function choosePort(wanted: number | null, host: string): Promise<number> {
  if (wanted !== null && wanted !== 0) {
    if (await isFree(wanted, host)) return wanted;
    throw new Error(`port ${wanted} is taken by another program; choose one with --port, or --port 0 for any free one`);
  }
  if (wanted === null && (await isFree(8080, host))) return 8080;
  return freePort(host);
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
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
