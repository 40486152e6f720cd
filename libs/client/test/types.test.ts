import type * as contracts from "@parley/contracts";
import { describe, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type * as client from "../src/index.js";

type Out<S extends z.ZodType> = z.output<S>;

// Checked by `npm run typecheck`: a field that the product adds, drops or retypes does not compile here.
describe("the types written after the reference document are those of the product", () => {
  it("has the shapes of the contracts", () => {
    expectTypeOf<client.TransitionInfo>().toEqualTypeOf<contracts.TransitionInfo>();
    expectTypeOf<client.MessagePart>().toEqualTypeOf<contracts.MessagePart>();
    expectTypeOf<client.Usage>().toEqualTypeOf<contracts.Usage>();
    expectTypeOf<client.SessionStatus>().toEqualTypeOf<contracts.SessionStatus>();
    expectTypeOf<client.HistoryMessage>().toEqualTypeOf<contracts.HistoryMessage>();
    expectTypeOf<client.CreateSessionRequest>().toExtend<z.input<typeof contracts.createSessionBody>>();
  });

  it("has the answers of the routes", () => {
    expectTypeOf<client.SessionCreated>().toEqualTypeOf<Out<typeof contracts.sessionCreated>>();
    expectTypeOf<client.TurnAnswered>().toEqualTypeOf<Out<typeof contracts.turnAnswered>>();
    expectTypeOf<client.TurnAccepted>().toEqualTypeOf<Out<typeof contracts.turnAccepted>>();
    expectTypeOf<client.TurnShown>().branded.toEqualTypeOf<Out<typeof contracts.turnResource>>();
    expectTypeOf<client.SessionShown>().branded.toEqualTypeOf<Out<typeof contracts.sessionResource>>();
    expectTypeOf<client.SessionClosed>().toEqualTypeOf<Out<typeof contracts.sessionClosed>>();
    expectTypeOf<client.Page<client.HistoryMessage>>().toEqualTypeOf<Out<typeof contracts.historyPage>>();
  });
});
