import { describe, expect, test } from "vitest";
import { publicAddress, readSite } from "./site";

const SRC = "https://hub.example/widget.js?v=3";

describe("the script tag", () => {
  test("names the site, and the hub is where the script came from", () => {
    expect(readSite(SRC, { site: "a b" }, "en")?.socketUrl).toBe("wss://hub.example/ws/chat?site=a+b");
    expect(readSite("http://127.0.0.1:8080/widget.js", { site: "demo" }, "en")?.socketUrl).toBe(
      "ws://127.0.0.1:8080/ws/chat?site=demo",
    );
  });

  test("without a site there is no chat", () => {
    expect(readSite(SRC, {}, "en")).toBeNull();
  });

  test.each([
    ["tr", "ru-RU", "tr"],
    ["TR-tr", "en", "tr"],
    ["de", "ru-RU", "ru"],
    [undefined, "ru", "ru"],
    [undefined, "pt-BR", "en"],
    ["", "", "en"],
  ])("language %s in a browser that speaks %s is %s", (lang, browser, spoken) => {
    expect(readSite(SRC, lang === undefined ? { site: "s" } : { site: "s", lang }, browser)?.lang).toBe(spoken);
  });

  test.each([
    ["#1A7f4b", "1a7f4b"],
    ["a1c", "aa11cc"],
    ["red", null],
    ["#12345", null],
    ["#fff;background:url(//evil)", null],
  ])("colour %s is %s", (color, digits) => {
    expect(readSite(SRC, { site: "s", color }, "en")?.color).toBe(digits);
  });

  test("a theme is light, dark, or the visitor's own", () => {
    expect(["light", "dark", "neon"].map((theme) => readSite(SRC, { site: "s", theme }, "en")?.theme)).toEqual([
      "light",
      "dark",
      "auto",
    ]);
  });
});

describe("an address told to the hub", () => {
  test("keeps path and campaign, and drops whatever may be secret", () => {
    expect(publicAddress("https://u:p@shop.test/kettles?token=s3cret&utm_source=mail#access_token=1")).toBe(
      "https://shop.test/kettles?utm_source=mail",
    );
  });

  test("is empty when there is none, or it is no web page", () => {
    expect(["", "about:blank", "file:///home/me/x.html", "not an address"].map(publicAddress)).toEqual(["", "", "", ""]);
  });

  test("is at most 1000 characters long", () => {
    expect(publicAddress(`https://shop.test/${"a".repeat(2000)}`)).toHaveLength(1000);
  });
});
