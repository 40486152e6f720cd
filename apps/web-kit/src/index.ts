export { type Accent, accentOf, sixDigits } from "./accent.js";
export { initialOf } from "./initial.js";
export { type MarkdownBlock, markdownBlocks, plainText, renderBlock } from "./markdown.js";
export {
  type ConnectMessage,
  type HostMessage,
  type PanelMessage,
  type PanelStatus,
  type PanelTheme,
  type PanelTransport,
  readConnect,
  readHostMessage,
  readPanelMessage,
  type SenderType,
} from "./panel-messages.js";
export { randomId } from "./random-id.js";
export { integer, isRecord, type Json, label, list, record, text, texts } from "./reading.js";
