import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalHtml, sameHtml } from "../../../../shared/sync/html/compare.ts";
import { odooToPlane, planeToOdoo } from "../../../../shared/sync/html/placeholders.ts";
import odooFixture from "../../../fixtures/odoo/html.json" with { type: "json" };
import planeFixture from "../../../fixtures/plane/html.json" with { type: "json" };
import { assertOnlyAllowed, browserElements, browserText } from "./browser_view.ts";
import { planeDocument } from "./documents.ts";
import { odooLike } from "./odoo_like.ts";

Deno.test("a Plane document comes back from Odoo as it was", () => {
  fc.assert(
    fc.property(planeDocument, (html) => {
      const sent = planeToOdoo(html);
      const back = odooToPlane(odooLike(sent.html), sent.placeholders);
      assert.deepEqual(back.missing, []);
      assert.equal(canonicalHtml(back.html), canonicalHtml(html));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("every element that comes back is allowed, and so is every element that goes out", () => {
  fc.assert(fc.property(planeDocument, (html) => {
    const sent = planeToOdoo(html);
    assertOnlyAllowed(sent.html, "everywhere");
    assertOnlyAllowed(odooToPlane(odooLike(sent.html), sent.placeholders).html, "plane");
  }));
});

Deno.test("all text of a Plane document is in Odoo, with the placeholders' labels between", () => {
  fc.assert(fc.property(planeDocument, (html) => {
    const { html: sent } = planeToOdoo(html);
    const labels = browserElements(sent).filter((node) =>
      node.attrs.some(({ name, value }) => name === "class" && value.startsWith("plane-node "))
    ).map((node) => node.childNodes.map((child) => "value" in child ? child.value : "").join(""));
    const withoutLabels = sent.replace(/<(span|div) class="plane-node [^>]*>[^<]*<\/\1>/g, "");
    assert.ok(labels.every((label) => label !== ""), "a placeholder is visible");
    assert.equal(browserText(withoutLabels), browserText(html));
  }));
});

Deno.test("a second crossing writes nothing new to Odoo", () => {
  fc.assert(fc.property(planeDocument, (html) => {
    const sent = planeToOdoo(html);
    const again = planeToOdoo(odooToPlane(odooLike(sent.html), sent.placeholders).html);
    assert.ok(sameHtml(again.html, odooLike(sent.html)));
  }));
});

Deno.test("what the recorded Odoo stored is what the stand-in for it makes", () => {
  for (const { name, sent, stored } of odooFixture.crossings) {
    assert.equal(odooLike(sent), stored["project.task.description"], name);
  }
});

Deno.test("the recorded crossings are what would be sent today, and come back from every field", () => {
  for (const { name, plane, sent, stored } of odooFixture.crossings) {
    const crossing = planeToOdoo(plane);
    assert.equal(crossing.html, sent, name);
    for (const [field, html] of Object.entries(stored)) {
      const back = odooToPlane(html, crossing.placeholders);
      assert.deepEqual(back.missing, [], `${name} in ${field}`);
      assert.equal(canonicalHtml(back.html), canonicalHtml(plane), `${name} in ${field}`);
    }
  }
});

Deno.test("Odoo's stored form says the same as what was written", () => {
  for (const { name, input, stored } of odooFixture.pairs) {
    assert.equal(canonicalHtml(stored), canonicalHtml(input), name);
  }
  for (const { name, sent, stored } of odooFixture.crossings) {
    for (const html of Object.values(stored)) assert.equal(canonicalHtml(html), canonicalHtml(sent), name);
  }
});

Deno.test("Plane's stored form says the same as what was sent", () => {
  for (const { name, request, stored } of planeFixture.pairs) {
    assert.equal(canonicalHtml(stored), canonicalHtml(request), name);
  }
});
