const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** True when other machines reach this process without https: every word and token could be read on the way. */
export function isExposed({ HOST, PUBLIC_URL }: { HOST: string; PUBLIC_URL: string }): boolean {
  return !LOOPBACK.test(HOST) && !PUBLIC_URL.startsWith("https://");
}
