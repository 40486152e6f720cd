import type { Page } from "./markdown.js";

/** A page that shows what the server hashes of a request. It works in the browser; nothing of what is pasted is sent. */
export const signatureChecker: Page = {
  path: "signature-checker",
  title: "Signature checker",
  headings: [],
  html: `<h1>Signature checker</h1>
<p>Paste a request that was refused with <a href="/docs/errors#invalid_signature"><code>invalid_signature</code></a>: this page shows the text that the server signs, and what differs in yours.
Everything happens in this browser; nothing that you enter leaves it. How a request is signed: <a href="/docs/keys">Keys</a>.</p>
<form id="checker">
<p><label for="method">Method</label><input id="method" value="POST" autocomplete="off" spellcheck="false"></p>
<p><label for="target">Path and query, exactly as sent</label><input id="target" value="/api/chat/sessions" autocomplete="off" spellcheck="false"></p>
<p><label for="timestamp">X-Timestamp</label><input id="timestamp" inputmode="numeric" autocomplete="off" spellcheck="false"></p>
<p><label for="nonce">X-Nonce, if you send one</label><input id="nonce" autocomplete="off" spellcheck="false"></p>
<p><label for="body">Body, exactly as sent; empty without one</label><textarea id="body" rows="5" spellcheck="false"></textarea></p>
<p><label for="key">API key</label><input id="key" type="password" autocomplete="off"></p>
<p><label for="signature">X-Signature that you sent</label><input id="signature" autocomplete="off" spellcheck="false"></p>
<p><button type="submit">Check</button></p>
</form>
<output id="verdict" for="method target timestamp nonce body key signature"></output>
<noscript><p>This page needs JavaScript.</p></noscript>`,
};
