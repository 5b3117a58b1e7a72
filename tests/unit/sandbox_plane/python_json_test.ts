import assert from "node:assert/strict";
import fc from "fast-check";
import { dumpJson, Float, pythonFloat, RENDERED } from "../../../dev/sandbox/plane/python_json.ts";

Deno.test("floats are printed as Python prints them", () => {
  const cases: [number, string][] = [
    [65535, "65535.0"],
    [1234.5, "1234.5"],
    [0, "0.0"],
    [-0, "-0.0"],
    [1e22, "1e+22"],
    [1e-7, "1e-07"],
    [1e16, "1e+16"],
    [123456789012345680, "1.2345678901234568e+17"],
    [9999999999999998, "9999999999999998.0"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [0.00012345, "0.00012345"],
    [-2.5e-10, "-2.5e-10"],
    [0.1 + 0.2, "0.30000000000000004"],
  ];
  for (const [value, text] of cases) assert.equal(pythonFloat(value), text);
});

Deno.test("a printed float reads back as the same number", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.equal(Number(pythonFloat(value)), value);
    assert.match(pythonFloat(value), /[.e]/);
  }));
});

Deno.test("webhooks are ASCII with blanks after separators, answers are neither", () => {
  const value = {
    name: 'Prüfung 🚀 "q" a/b \\ \u007f\n',
    order: new Float(1),
    list: [1, null, true],
    none: {},
  };
  assert.equal(
    dumpJson(value),
    '{"name": "Pr\\u00fcfung \\ud83d\\ude80 \\"q\\" a/b \\\\ \\u007f\\n", "order": 1.0, "list": [1, null, true], "none": {}}',
  );
  assert.equal(
    dumpJson({ name: "Prüfung 🚀", list: [1, new Float(2)] }, RENDERED),
    '{"name":"Prüfung 🚀","list":[1,2.0]}',
  );
});

Deno.test("any JSON value survives both styles", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const plain = JSON.parse(JSON.stringify(value));
    assert.deepEqual(JSON.parse(dumpJson(plain)), plain);
    assert.deepEqual(JSON.parse(dumpJson(plain, RENDERED)), plain);
    assert.match(dumpJson(plain), /^[\x20-\x7e]*$/);
  }));
});
