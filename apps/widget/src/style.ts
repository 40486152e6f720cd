/**
 * Nothing moves. What is drawn on the brand colour is black or white, whichever contrasts more: `lab(from …)`.
 * Everything the widget draws on a host page. In a shadow root an important rule on `:host` wins against every rule of the page,
 * `* { all: unset !important }` included; below it no selector of the page reaches.
 */
const CSS = `
:host{all:initial!important;display:block!important;position:fixed!important;width:0!important;height:0!important;z-index:2147483000!important}
:host([data-mode=inline]){position:relative!important;width:100%!important;height:100%!important;min-height:30rem!important;z-index:auto!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box}
.w{--bg:#fff;--fg:#1f1e1b;--edge:#8b867c;position:fixed;bottom:calc(20px + var(--lift));inset-inline-end:20px;display:flex;flex-direction:column-reverse;align-items:end;gap:12px;pointer-events:none;font:400 15px/1.45 system-ui,sans-serif;color:var(--fg);color-scheme:light}
.w>*{pointer-events:auto}
.left{left:20px;right:auto;align-items:start}
.right{left:auto;right:20px;align-items:end}
.left:dir(rtl){align-items:end}
.right:dir(rtl){align-items:start}
.top{top:calc(20px + var(--lift));bottom:auto;flex-direction:column}
.dark{--bg:#1f211e;--fg:#ecebe6;color-scheme:dark}
@media(prefers-color-scheme:dark){.auto{--bg:#1f211e;--fg:#ecebe6;color-scheme:dark}}
button{min-width:44px;min-height:44px;padding:0;border:0;border-radius:14px;background:none;color:inherit;font:inherit;cursor:pointer}
button:focus-visible{outline:3px solid var(--fill);outline-offset:2px}
.launcher{position:relative;width:56px;height:56px;border-radius:50%;background:var(--fill);color:#fff;color:lab(from var(--fill) calc((50 - l)*infinity) 0 0);box-shadow:0 3px 16px rgb(0 0 0/28%)}
svg{position:absolute;inset:16px;width:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.x,.is-open .c{display:none}
.is-open .x{display:block}
.badge{position:absolute;top:-4px;inset-inline-end:-4px;min-width:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font-size:12px;font-weight:600;line-height:22px}
.teaser,.panel{border:1px solid var(--edge);border-radius:14px;background:var(--bg);box-shadow:0 8px 32px rgb(0 0 0/20%)}
.teaser{display:flex;max-width:min(280px,90vw)}
.say{padding:10px 2px 10px 14px;text-align:start;overflow-wrap:anywhere}
.panel{position:relative;width:min(400px,calc(100vw - 40px));height:min(680px,calc(100vh - 108px - var(--lift)));overflow:hidden;visibility:hidden}
.is-open .panel{visibility:visible}
iframe,.note{position:absolute;inset:0;width:100%;height:100%;border:0}
iframe{visibility:hidden}
.ready iframe{visibility:inherit}
.ready .note,.off .launcher,.off .teaser,.stop,[hidden]{display:none!important}
.note{display:flex;flex-direction:column;align-items:center;justify-content:center;gap:16px;padding:24px;text-align:center}
p{margin:0}
p:not(:empty)~progress{display:none}
.again{padding:0 18px;border:1px solid var(--edge)}
.shut{flex:none;font-size:24px;line-height:1}
.note .shut{position:absolute;top:4px;inset-inline-end:4px}
.page,.full.is-open{inset:0}
.page .panel,.full .panel{position:absolute;inset:0;top:var(--top,0);width:auto;height:var(--height,100%);border:0;border-radius:0}
.full.is-open>.launcher{display:none}
.full.is-open .stop{display:block!important}
.inline{position:absolute;inset:0}
.inline .panel{width:100%;height:100%;box-shadow:none}
.said{position:absolute;overflow:hidden;width:1px;height:1px;clip-path:inset(50%)}
@media(forced-colors:active){.launcher,.badge{border:2px solid}}
`;

let sheet: CSSStyleSheet | undefined;

/** One constructed sheet for all widgets of a page: no `<style>` and no `style=`, so a policy without 'unsafe-inline' allows it. */
export function widgetSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
