import assert from "node:assert/strict";
import { keepAttributes, keepUrl } from "../../../../shared/sync/html/attributes.ts";

const SCHEMES = ["http", "https", "mailto", "tel"];
const nowhere = { plane: false, baseUrl: undefined };

Deno.test("addresses with a listed scheme stay, all others go", () => {
  const keep = (url: string) => keepUrl(url, nowhere, SCHEMES);
  for (
    const url of [
      "https://x.test/a?b=1&c=2#d",
      "http://x.test",
      "mailto:a@x.test",
      "tel:+49123",
      "HTTPS://x.test",
    ]
  ) {
    assert.equal(keep(url), url);
  }
  for (
    const url of [
      "javascript:alert(1)",
      "JaVaScRiPt:1",
      "data:image/png;base64,AA",
      "vbscript:1",
      "blob:https://x.test/1",
      "file:///etc/passwd",
      "ftp://x.test",
      "//x.test",
      "\\\\x.test",
      "/a",
      "a",
      "#a",
      "?a",
      "",
      " ",
      "https://",
      "http://[",
      "odd:x",
    ]
  ) assert.equal(keep(url), undefined, url);
});

Deno.test("what browsers ignore in an address cannot hide its scheme", () => {
  for (
    const url of [
      "java\nscript:alert(1)",
      "\u0001javascript:alert(1)",
      " \tjavascript:1",
      "java\u0000script:1",
    ]
  ) {
    for (
      const context of [nowhere, { plane: true, baseUrl: undefined }, {
        plane: false,
        baseUrl: "https://x.test",
      }]
    ) {
      assert.equal(keepUrl(url, context, SCHEMES), undefined, JSON.stringify(url));
    }
  }
  assert.equal(keepUrl(" ht\ntps://x.test\u0007 ", nowhere, SCHEMES), "https://x.test");
  assert.equal(keepUrl("https:\\\\x.test\\a", nowhere, SCHEMES), "https://x.test/a");
});

Deno.test("an address relative to another host than the page's is never left relative", () => {
  const plane = { plane: true, baseUrl: undefined };
  assert.equal(keepUrl("/assets/1", plane, SCHEMES), "/assets/1");
  for (const url of ["//evil.test", "/\\evil.test", "\\/evil.test", "\\\\evil.test", "/a\\b"]) {
    assert.equal(keepUrl(url, plane, SCHEMES), undefined, url);
  }
  const odoo = { plane: false, baseUrl: "https://odoo.test/web" };
  assert.equal(keepUrl("image/5", odoo, SCHEMES), "https://odoo.test/image/5");
  assert.equal(keepUrl("#top", odoo, SCHEMES), undefined);
});

Deno.test("a style keeps its listed properties with harmless values", () => {
  const style = (value: string) => keepAttributes("p", { style: value }, nowhere).style;
  assert.equal(style("COLOR: Red; text-align:center ;"), "color: Red; text-align: center");
  assert.equal(
    style("color: rgb(1, 2, 3); background-color: var(--x-1)"),
    "color: rgb(1, 2, 3); background-color: var(--x-1)",
  );
  for (
    const bad of [
      "position: fixed",
      "color: url(//x)",
      "background: red",
      "color: expression(1)",
      "width: 99999px",
      "color",
      "",
      ":red",
    ]
  ) {
    assert.equal(style(bad), undefined, bad);
  }
});

Deno.test("a component keeps its attributes, except what a browser would act on", () => {
  const given = {
    id: "1",
    src: "asset",
    width: "50%",
    onload: "x",
    style: "x",
    class: "x",
    srcdoc: "x",
    "x.y": "1",
    href: "java\nscript:1",
  };
  assert.deepEqual(keepAttributes("image-component", given, { plane: true, baseUrl: undefined }), {
    id: "1",
    src: "asset",
    width: "50%",
  });
  assert.deepEqual(keepAttributes("image-component", given, nowhere), {});
});
