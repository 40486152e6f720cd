import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { createLogger } from "@parley/observability";
import { connectionOptions } from "../src/connection.js";
import { type Bus, type BusOptions, connectBus } from "../src/index.js";

export const silent = createLogger({ service: "test", level: "silent" });

/** Buses and raw connections of one test file; `close` ends all of them. */
export function fleet(url: () => string) {
  const buses: Bus[] = [];
  const connections: NatsConnection[] = [];
  return {
    async bus(name = "test", extra: Partial<Omit<BusOptions, "name">> = {}): Promise<Bus> {
      const bus = await connectBus({ url: url(), name, logger: silent, ...extra });
      buses.push(bus);
      return bus;
    },
    /** A connection without our bus, to look at the server from outside. */
    async raw(): Promise<NatsConnection> {
      const connection = await connect(connectionOptions(url(), "outside"));
      connections.push(connection);
      return connection;
    },
    async manager() {
      return jetstreamManager(await this.raw(), { checkAPI: false });
    },
    async close(): Promise<void> {
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
      await Promise.all(connections.splice(0).map((connection) => connection.close()));
    },
  };
}

/** A promise with its handle outside. */
export function gate<T = void>() {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
