/** Why a call was given up: the visitor wants no more of this answer. */
export class StopRequested extends Error {
  constructor() {
    super("the turn is to stop");
    this.name = "StopRequested";
  }
}
