export {
  axeFindings,
  builtPage,
  choose,
  closeProfiles,
  inEachLook,
  launchBrowser,
  newVisitor,
  type OpenOptions,
  screenshotsIn,
  sharedBrowser,
  sidewaysOverflow,
  type Visitor,
} from "./browser.js";
export { cutOffTexts } from "./cut-off.js";
export { findChromium } from "./find-chromium.js";
export { problem, type Refusal, readBody, sendJson, servePage } from "./page-server.js";
export { type Bench, skipBrowser, useBench } from "./use-bench.js";
