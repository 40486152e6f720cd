import { runSuite } from "./suite/run-suite.js";

runSuite("distributed");
