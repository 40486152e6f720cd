import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { attachmentHeader, cleanFileName } from "../src/files/file-name.js";
import { createTextCheck, isListed, judgeFile } from "../src/files/file-type.js";

const ALL = ["*/*", "image/*", "text/*", "application/*", "audio/*", "video/*", "text/plain"];
const PNG = Buffer.concat([
  Buffer.from("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de", "hex"),
  Buffer.from("0000000c49444154", "hex"),
  deflateSync(Buffer.alloc(4)),
]);
const judged = async (content: Buffer | string, name: string, mediaType = "application/octet-stream", types = ALL) => {
  const head = typeof content === "string" ? Buffer.from(content) : content;
  try {
    const file = await judgeFile(head, { name, mediaType }, types);
    return [file.name, file.mediaType];
  } catch {
    return "refused";
  }
};

describe("the type of a file", () => {
  it("is determined by its bytes, not by its name or declared type", async () => {
    expect(await judged(PNG, "a.png", "image/png")).toEqual(["a.png", "image/png"]);
    expect(await judged(PNG, "a.txt", "text/plain")).toEqual(["a.txt.png", "image/png"]);
    expect(await judged("%PDF-1.7\n%\u00e2", "a.pdf", "image/png")).toEqual(["a.pdf", "application/pdf"]);
    expect(await judged(Buffer.from("ffd8ffe000104a46", "hex"), "A.JPEG")).toEqual(["A.JPEG", "image/jpeg"]);
  });

  it("is determined for text by the name, which the declared type must not contradict", async () => {
    expect(await judged("a,b", "a.csv", "application/vnd.ms-excel")).toEqual(["a.csv", "text/csv"]);
    expect(await judged("# a", "a.md", "text/markdown; charset=utf-8")).toEqual(["a.md", "text/markdown"]);
    expect(await judged("{}", "a.json", "application/json")).toEqual(["a.json", "application/json"]);
    expect(await judged("a", "README", "text/plain")).toEqual(["README", "text/plain"]);
    expect(await judged("a", "a.csv", "application/json")).toBe("refused");
    expect(await judged("a", "a.bin", "text/plain")).toBe("refused");
    expect(await judged("a", "a.txt", "image/png")).toBe("refused");
  });

  it("is never admitted by a wildcard when it can run or hide something", async () => {
    const risky: [Buffer | string, string][] = [
      ["<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"],
      ["<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"],
      ["<p>a</p>", "a.html"],
      ["alert(1)", "a.js"],
      ["echo", "a.sh"],
      [gzipSync("a"), "a.gz"],
      [Buffer.from("504b03040a0000000000", "hex"), "a.zip"],
      [Buffer.from("7f454c4602010100", "hex"), "a"],
      [Buffer.from("4d5a90000300000004000000ffff0000", "hex"), "a.exe"],
      [Buffer.from("377abcaf271c0004", "hex"), "a.7z"],
    ];
    for (const [content, name] of risky) expect([name, await judged(content, name)]).toEqual([name, "refused"]);
  });

  it("is admitted when the list names it exactly", async () => {
    expect(await judged("<svg/>", "a.svg", "image/svg+xml", ["image/svg+xml"])).toEqual(["a.svg", "image/svg+xml"]);
    expect(await judged("<!doctype html>", "a.html", "text/html", ["text/html"])).toEqual(["a.html", "text/html"]);
    expect(await judged(gzipSync("a"), "a.gz", "", ["application/gzip"])).toEqual(["a.gz", "application/gzip"]);
  });

  it("is refused for images with markup or script near the start, and text that begins like either", async () => {
    const jpeg = Buffer.concat([Buffer.from("ffd8ffe000104a46", "hex"), Buffer.from("<script>alert(1)</script>")]);
    expect(await judged(jpeg, "a.jpg")).toBe("refused");
    expect(await judged(Buffer.concat([PNG, Buffer.from("<?php system(1)?>")]), "a.png")).toBe("refused");
    expect(await judged("GIF89a/*1*/=1;alert(1)", "a.gif")).toBe("refused");
    expect(await judged("\uFEFF \n<!DOCTYPE html><p>", "a.txt")).toBe("refused");
    expect(await judged("#!/bin/sh", "a.txt")).toBe("refused");
    expect(await judged("I write about <script> tags", "a.txt")).toEqual(["a.txt", "text/plain"]);
  });

  it("matches the list by its name, by a wildcard, or as a kind of plain text", () => {
    expect(isListed("image/png", ["image/*"])).toBe(true);
    expect(isListed("text/csv", ["text/plain"])).toBe(true);
    expect(isListed("application/pdf", ["image/*", "text/plain"])).toBe(false);
    const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    expect(isListed(word, ["application/*"])).toBe(true);
    expect(isListed("image/png", [])).toBe(false);
  });
});

describe("the text check", () => {
  it("accepts text in pieces cut at any byte, and fails at the first byte that is not text", () => {
    const bytes = Buffer.from("ä€😀");
    for (let at = 1; at < bytes.length; at += 1) {
      const check = createTextCheck();
      check.feed(bytes.subarray(0, at));
      check.feed(bytes.subarray(at));
      check.end();
    }
    const cut = createTextCheck();
    cut.feed(bytes.subarray(0, 3));
    expect(() => cut.end()).toThrow();
    expect(() => createTextCheck().feed(Buffer.from([0x61, 0x00]))).toThrow();
    expect(() => createTextCheck().feed(Buffer.from([0xff]))).toThrow();
  });
});

describe("a cleaned file name", () => {
  it("has no path, invisible, reserved or leading special characters, and is never empty", () => {
    expect(cleanFileName("C:\\dir\\..\\a\u0000b\u202Etxt.exe")).toBe("abtxt.exe");
    expect(cleanFileName("../../etc/passwd")).toBe("passwd");
    expect(cleanFileName(".htaccess")).toBe("htaccess");
    expect(cleanFileName("a\u200B%22b%0D%0A<c>.txt")).toBe("a_b___c_.txt");
    expect(cleanFileName("///")).toBe("file");
    expect(cleanFileName(`${"😀".repeat(300)}.txt`)).toBe(`${"😀".repeat(196)}.txt`);
  });

  it("cannot break out of the header it is written into", () => {
    const header = attachmentHeader(`a"; b\\ü'(1)😀.txt`);
    expect(header).toBe(
      `attachment; filename="a__ b____1___.txt"; filename*=UTF-8''a%22%3B%20b%5C%C3%BC%27%281%29%F0%9F%98%80.txt`,
    );
    expect(/^[\x20-\x7e]+$/.test(header)).toBe(true);
  });
});
