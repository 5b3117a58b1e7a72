/** Matching by name, as laws. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { byName, matchByName } from "../../../shared/backfill/steps/match.ts";

const word = fc.constantFrom("Home", "home ", " HOME", "Login", "login", "Imprint", "", "  ");
const named = (names: readonly string[]) => names.map((name, index) => ({ id: `p${index}`, name }));
const records = (names: readonly string[]) => names.map((name, index) => ({ id: index + 1, name }));

Deno.test("one record of each side with the same name, whatever its case and edges, is a match", () => {
  const { matched, duplicates } = matchByName(named([" Home page"]), byName(records(["home PAGE "])));
  assert.deepEqual([...matched], [["p0", 1]]);
  assert.deepEqual(duplicates, []);
});

Deno.test("several of one side are reported when the other side has the name too, else not", () => {
  const { matched, duplicates } = matchByName(named(["A", "a", "B", "B"]), byName(records(["a", "C"])));
  assert.equal(matched.size, 0);
  assert.deepEqual(duplicates, [{ name: "A", plane: ["p0", "p1"], odoo: [1] }]);
});

Deno.test("an empty name is nobody's", () => {
  const { matched, duplicates } = matchByName(named([" "]), byName(records([""])));
  assert.deepEqual([matched.size, duplicates.length], [0, 0]);
});

Deno.test("whatever the names: nobody is matched twice, and nobody is both matched and reported", () => {
  fc.assert(fc.property(fc.array(word), fc.array(word), (plane, odoo) => {
    const { matched, duplicates } = matchByName(named(plane), byName(records(odoo)));
    assert.equal(new Set(matched.values()).size, matched.size);
    for (const group of duplicates) {
      assert(group.plane.length > 0 && group.odoo.length > 0 && group.plane.length + group.odoo.length > 2);
      assert(group.plane.every((id) => !matched.has(id)));
      assert(group.odoo.every((id) => ![...matched.values()].includes(id)));
    }
  }));
});
