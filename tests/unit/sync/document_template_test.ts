import assert from "node:assert/strict";
import fc from "fast-check";
import {
  refusedNames,
  renderBody,
  renderTitle,
  type Values,
} from "../../../shared/sync/documents/document_template.ts";
import { sanitise } from "../../../shared/sync/html/sanitise.ts";

const VALUES: Values = {
  name: "S00012",
  partner: "Azure Interior",
  state: "Quotation",
  date: "2026-11-21",
  due: null,
  url: "https://odoo.example/odoo/sale.order/12",
  amount_total: null,
  currency: "",
};

Deno.test("a title is one line, without what an empty value leaves at its end", () => {
  assert.equal(renderTitle("{name}: {partner}", VALUES), "S00012: Azure Interior");
  assert.equal(renderTitle("{name}: {partner}", { ...VALUES, partner: "" }), "S00012");
  assert.equal(renderTitle("{name}\n ({state})", { ...VALUES, state: "Two\nlines" }), "S00012 (Two lines)");
  assert.equal(renderTitle("{due}", VALUES), "(no name)");
});

Deno.test("a line of the text whose values are all empty is left out, other lines stay", () => {
  const html = renderBody("<p>Hello</p>\n<p>Due {due}</p>\n<p>{partner} {due}</p>", VALUES);
  assert.match(html, /<p>Hello<\/p>\s*<p>Azure Interior ?<\/p>/);
  assert.doesNotMatch(html, /Due/);
});

Deno.test("a value is not read as a template", () => {
  assert.equal(renderTitle("{partner}", { ...VALUES, partner: "{name} $& {url}" }), "{name} $& {url}");
});

Deno.test("whatever a value is, it is text: the elements are those of the template", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (partner) => {
    const hostile = `${partner}"><script>x</script><img src=x onerror=y>${partner}`;
    const html = renderBody('<p><a href="{url}">{partner}</a></p>', {
      ...VALUES,
      partner: hostile,
      url: hostile,
    });
    const elements = [...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, name]) => name);
    assert.ok(elements.every((name) => name === "p" || name === "a"), html);
    assert.equal(sanitise(html), html);
  }));
});

Deno.test("the template's own markup is kept as far as it may go to Plane", () => {
  const html = renderBody('<h2>{name}</h2>\n<p onclick="x()">{partner}</p><script>alert(1)</script>', VALUES);
  assert.match(html, /<h2>S00012<\/h2>/);
  assert.doesNotMatch(html, /onclick|script/);
});

Deno.test("unknown names are refused, and amounts until they are switched on", () => {
  const template = "{name} {amount_total} {currency} {margin} {margin}";
  assert.deepEqual(refusedNames(template, false), ["amount_total", "currency", "margin"]);
  assert.deepEqual(refusedNames(template, true), ["margin"]);
});
