const CHUNKED = "transfer-encoding: chunked\r\n";

/** A request for `/seen/hostile` with some headers of its own; `body` is what stands behind them. */
const post = (headers: string, body = "12"): string =>
  `POST /seen/hostile HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;
const head = (line: string, headers = "host: a\r\n", body = ""): string => `${line}\r\n${headers}\r\n${body}`;

/** Requests of which two readers might make different things, each with the status that refuses it. */
export const REFUSED: Record<string, [request: string, status: number]> = {
  "length and chunks": [post(`content-length: 4\r\n${CHUNKED}`, "0\r\n\r\n"), 400],
  "chunks and length": [post(`${CHUNKED}content-length: 4\r\n`, "0\r\n\r\n"), 400],
  "two lengths": [post("content-length: 1\r\ncontent-length: 2\r\n"), 400],
  "the same length twice": [post("content-length: 2\r\ncontent-length: 2\r\n"), 400],
  "a list of lengths": [post("content-length: 2, 2\r\n"), 400],
  "a signed length": [post("content-length: +2\r\n"), 400],
  "a negative length": [post("content-length: -2\r\n"), 400],
  "a hexadecimal length": [post("content-length: 0x2\r\n"), 400],
  "an empty length": [post("content-length: \r\n"), 400],
  "a length beyond all numbers": [post("content-length: 99999999999999999999999\r\n"), 400],
  "a blank before the colon": [post("content-length : 2\r\n"), 400],
  "a folded header": [post("x-a: b\r\n c\r\ncontent-length: 2\r\n"), 400],
  "a folded first header": [head("POST /seen/hostile HTTP/1.1", " host: a\r\ncontent-length: 2\r\n", "12"), 400],
  "bare line feeds": [post("content-length: 2\r\n").replaceAll("\r\n", "\n"), 400],
  "one bare line feed": [post("x-a: b\ncontent-length: 2\r\n"), 400],
  "a bare carriage return": [post("x-a: b\rcontent-length: 2\r\n"), 400],
  "chunked that is not last": [post("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n"), 400],
  "a coding nobody knows": [post("transfer-encoding: xchunked\r\n", "0\r\n\r\n"), 400],
  "packed chunks": [post("transfer-encoding: gzip, chunked\r\n", "2\r\n12\r\n0\r\n\r\n"), 400],
  "chunked twice": [post(CHUNKED + CHUNKED, "2\r\n12\r\n0\r\n\r\n"), 400],
  "a control character before chunked": [post("transfer-encoding: \x0bchunked\r\n", "2\r\n12\r\n0\r\n\r\n"), 400],
  "a huge chunk extension": [post(CHUNKED, `2;a=${"b".repeat(20_000)}\r\n12\r\n0\r\n\r\n`), 400],
  "a line feed in a chunk extension": [post(CHUNKED, "2;a\nx\r\n12\r\n0\r\n\r\n"), 400],
  "a negative chunk": [post(CHUNKED, "-2\r\n12\r\n0\r\n\r\n"), 400],
  "a chunk beyond all numbers": [post(CHUNKED, "ffffffffffffffffff\r\n12\r\n0\r\n\r\n"), 400],
  "a chunk size with 0x": [post(CHUNKED, "0x2\r\n12\r\n0\r\n\r\n"), 400],
  "a blank before a chunk size": [post(CHUNKED, " 2\r\n12\r\n0\r\n\r\n"), 400],
  "a blank behind a chunk size": [post(CHUNKED, "2 \r\n12\r\n0\r\n\r\n"), 400],
  "chunks with line feeds": [post(CHUNKED, "2\n12\n0\n\n"), 400],
  "a chunk longer than its size": [post(CHUNKED, "2\r\n12340\r\n\r\n"), 400],
  "a length as a trailer": [post(CHUNKED, "2\r\n12\r\n0\r\ncontent-length: 50\r\n\r\n"), 400],
  "a huge header": [post(`x-a: ${"a".repeat(20_000)}\r\ncontent-length: 2\r\n`), 431],
  "a header without a colon": [post("nonsense\r\ncontent-length: 2\r\n"), 400],
  "a header without a name": [post(": x\r\ncontent-length: 2\r\n"), 400],
  "NUL in a header": [post("x-a: a\0b\r\ncontent-length: 2\r\n"), 400],
  "NUL in the name of a header": [post("x\0a: b\r\ncontent-length: 2\r\n"), 400],
  "NUL in the address": [head("GET /seen/a\0b HTTP/1.1"), 400],
  "a blank in the address": [head("GET /seen/a b HTTP/1.1"), 400],
  "letters beyond ASCII in the address": [head("GET /seen/\u00e4 HTTP/1.1"), 400],
  "two hosts": [post("host: b\r\ncontent-length: 2\r\n"), 400],
  "a second host behind two thousand headers": [post(`${"x:\r\n".repeat(2_100)}host: b\r\ncontent-length: 2\r\n`), 400],
  "no host": [head("POST /seen/hostile HTTP/1.1", "content-length: 2\r\n", "12"), 400],
  "HTTP/0.9": [head("GET /seen/hostile", ""), 400],
  "HTTP/1.2": [head("GET /seen/hostile HTTP/1.2"), 400],
  "the preface of HTTP/2": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  "a method in small letters": [head("get /seen/hostile HTTP/1.1"), 400],
  "the beginning of TLS": ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
  "no request at all": ["GARBAGE\r\n\r\n", 400],
};

/** Odd, but of one meaning: answered like any other request, and once. */
export const SERVED: Record<string, string> = {
  "a chunk extension": post(CHUNKED, "2;a=b\r\n12\r\n0\r\n\r\n"),
  "a trailer": post(CHUNKED, "2\r\n12\r\n0\r\nx-a: b\r\n\r\n"),
  "a tab before chunked": post("transfer-encoding:\tchunked\r\n", "2\r\n12\r\n0\r\n\r\n"),
  "the absolute form": post("content-length: 2\r\n").replace(" /seen", " http://b/seen"),
  "an expectation that is met": post("expect: 100-continue\r\ncontent-length: 2\r\n"),
  "an expectation nobody knows": post("expect: a-miracle\r\ncontent-length: 2\r\n"),
  "empty lines in front": `\r\n\r\n${post("content-length: 2\r\n")}`,
};

/** Served as the last of their connection: what follows is not read. */
export const SERVED_LAST: Record<string, string> = {
  "an upgrade nobody takes": post("connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n"),
  "a request that closes": post("connection: close\r\ncontent-length: 2\r\n"),
  "HTTP/1.0": post("content-length: 2\r\n").replace("HTTP/1.1", "HTTP/1.0"),
};
