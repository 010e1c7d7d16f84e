import { describe, expect, test } from "vitest";
import { countries, firstRegion, regionOf, withCode } from "./calling";

describe("the country one begins with", () => {
  test("is the site's, else that of the visitor's languages", () => {
    expect(firstRegion("TR", ["en-GB"])).toBe("TR");
    expect(firstRegion("", ["en-GB", "ru"])).toBe("GB");
    expect(firstRegion("", ["tr"])).toBe("TR");
    expect(firstRegion("", ["no such language", "ru"])).toBe("RU");
  });
  test("is none when nobody can tell", () => {
    expect(firstRegion("", [])).toBe("");
    expect(firstRegion("ZZ", ["eo-001"])).toBe("");
  });
});

describe("a number that is sent", () => {
  test("without a code has the one of the country", () => {
    expect(withCode("0532 123 45 67", "TR")).toBe("+90 0532 123 45 67");
    expect(withCode("(916) 123-45-67", "RU")).toBe("+7 (916) 123-45-67");
  });
  test("with a code is what was typed, whatever the country beside it", () => {
    expect(withCode("+44 20 7946 0000", "TR")).toBe("+44 20 7946 0000");
    expect(withCode("0044 20 7946 0000", "TR")).toBe("0044 20 7946 0000");
  });
  test("is empty, or as it was typed, when there is nothing to add", () => {
    expect(withCode("", "TR")).toBe("");
    expect(withCode("0532 123 45 67", "")).toBe("0532 123 45 67");
    expect(withCode("+", "TR")).toBe("+90 +");
  });
});

describe("the country that a typed number names", () => {
  test("is that of the longest code; of several with it the present one, else the first", () => {
    expect(regionOf("+90 532", "")).toBe("TR");
    expect(regionOf("+1 416", "CA")).toBe("CA");
    expect(regionOf("+1 416", "TR")).toBe("US");
    expect(regionOf("00 7 916", "KZ")).toBe("KZ");
    expect(regionOf("+375 29", "RU")).toBe("BY");
  });
  test("is none while it names none", () => {
    expect([regionOf("0532", "TR"), regionOf("+", "TR"), regionOf("+999", "TR"), regionOf("", "TR")]).toEqual([null, null, null, null]);
  });
});

test("countries have their names and the order of the visitor's language", () => {
  const [en, tr] = [countries("en"), countries("tr")];
  expect(en.find(({ region }) => region === "DE")).toEqual({ region: "DE", code: "49", name: "Germany" });
  expect(tr.find(({ region }) => region === "DE")?.name).toBe("Almanya");
  expect(en.length).toBe(tr.length);
  expect(tr.map(({ name }) => name)).toEqual([...tr.map(({ name }) => name)].sort((a, b) => a.localeCompare(b, "tr")));
});
