export { markdownBlocks, plainText, renderBlock } from "@parley/web-kit";
