import assert from "node:assert/strict";
import { type LensContext, NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { setLens } from "../../../shared/sync/lenses/set_lens.ts";

const lens = setLens<{ labels: string[] }>({
  field: "labels",
  odooField: "tag_ids",
  planeField: "labels",
  planeIds: ({ labels }) => labels,
  partners: ({ references }) => references.tags,
  planePartners: ({ references }) => references.labels,
});

function context(given: Partial<LensContext>): LensContext {
  return {
    odooField: "tag_ids",
    capabilities: {} as LensContext["capabilities"],
    references: NO_REFERENCES,
    planeBase: undefined,
    odooBase: undefined,
    placeholders: {},
    today: "2026-02-02",
    mayGo: { plane: true, odoo: true },
    ...given,
  };
}

Deno.test("a label made for a tag in this pass counts as agreed when Plane's answer shows it", () => {
  const looked = context({ references: { ...NO_REFERENCES, labels: new Map([[7, "bug"]]) } });
  assert.deepEqual(lens.planeValue({ labels: ["bug"] }, looked), { bug: 7 });
});

Deno.test("an element taken away in Odoo after it was agreed on goes from Plane too", () => {
  const later = context({
    references: { ...NO_REFERENCES, tags: new Map([["bug", 7]]) },
    planeBase: { bug: 7 },
    odooBase: [7],
  });
  const joined = lens.join?.({ labels: ["bug"] }, { id: 1, tag_ids: [] }, later);
  assert.deepEqual(joined?.toPlane?.values, { labels: [] });
  assert.equal(joined?.toOdoo, null);
});
