import { createServer } from "node:net";
import { expect, it } from "vitest";
import { parseArguments } from "../src/arguments.js";
import { choosePort } from "../src/port.js";

it.each([
  [["--prot", "9"], /Unknown option '--prot'.*npm start -- --help tells the options$/],
  [["--data"], /--data.*argument missing.*--help/],
  [["--port", "abc"], /^--port takes a number up to 65535, not "abc"$/],
  [["--port", "65536"], /^--port takes a number up to 65535, not "65536"$/],
])("the command line refuses %j with a sentence", (argv, sentence) => {
  expect(() => parseArguments(argv, {})).toThrow(sentence);
});

it("a requested port that cannot be used is refused with the reason; without a request another is taken", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await expect(choosePort(port, "127.0.0.1")).rejects.toThrow(`port ${port} is taken by another program`);
    await expect(choosePort(0, "127.0.0.1")).resolves.not.toBe(port);
  } finally {
    holder.close();
  }
  await expect(choosePort(port, "127.0.0.1")).resolves.toBe(port);
  // A host that is not this machine's is no taken port.
  await expect(choosePort(port, "192.0.2.1")).rejects.toThrow(/EADDRNOTAVAIL/);
});
