/** Abort reason of a call whose answer the visitor has stopped. */
export class StopRequested extends Error {
  constructor() {
    super("the turn is to stop");
    this.name = "StopRequested";
  }
}
