export { markdownBlocks, renderBlock } from "@parley/web-kit";
