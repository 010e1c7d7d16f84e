import { expect, test } from "vitest";
import { linkify } from "./linkify";

const links = (text: string): string[] => linkify(text).flatMap(({ text: shown, href }) => (href ? [shown] : []));

test.each([
  ["see https://shop.test/a.", ["https://shop.test/a"]],
  ["(https://shop.test/a_(b))", ["https://shop.test/a_(b)"]],
  ["https://a.test, http://b.test!", ["https://a.test", "http://b.test"]],
  ["Адрес: https://магазин.рф/чайники?", ["https://магазин.рф/чайники"]],
  ["HTTPS://SHOP.TEST", ["HTTPS://SHOP.TEST"]],
  ['"https://shop.test/x"', ["https://shop.test/x"]],
])("in %s the links are %j", (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "www.shop.test",
  "http://",
  "ftp://shop.test/",
  "xhttps://shop.test",
  "javascript://https",
])("%s is no link", (text) => {
  expect(links(text)).toEqual([]);
});

test("the parts together are the text, whatever it is", () => {
  const pieces = ["https://a.test/", "http://", ")", ".", " ", "(", "\n", "х", "<b>", "https://b.test?x=1&y=2", "'"];
  for (let seed = 1; seed < 500; seed++) {
    let state = seed;
    let text = "";
    for (let i = 0; i < 12; i++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      text += pieces[state % pieces.length] ?? "";
    }
    expect(linkify(text).map((part) => part.text).join("")).toBe(text);
  }
});

test("brackets that nobody opened are no part of an address, however many", () => {
  expect(links(`https://a.test/${")".repeat(4000)}`)).toEqual(["https://a.test/"]);
  expect(links("[https://a.test/{x}].")).toEqual(["https://a.test/{x}"]);
});
