/** What a hint brings along may have been written by hand: only what is understood counts. */
import assert from "node:assert/strict";
import { readHintPayload } from "../../../shared/store/hint_payload.ts";

const WHOLE = {
  project_id: "p",
  observed: { name: "A", labels: ["l"], estimate: null },
  run_id: "7b0c2c52-9d8e-4f6c-8e0b-3a1d5f7c9e11",
  match_odoo_id: 7,
  match_plane_id: "a",
};

Deno.test("a payload is read as it was written, without what nobody knows", () => {
  assert.deepEqual(readHintPayload(WHOLE), WHOLE);
  assert.deepEqual(readHintPayload({ ...WHOLE, more: 1 }), WHOLE);
});

Deno.test("a field that is not what it should be is left out, the others count", () => {
  const wrong = { project_id: "", observed: [], run_id: "tonight", match_odoo_id: "7", match_plane_id: null };
  assert.deepEqual(readHintPayload(wrong), {});
  for (const [name, value] of Object.entries(wrong)) {
    const { [name]: _left, ...rest } = WHOLE as Record<string, unknown>;
    assert.deepEqual(readHintPayload({ ...WHOLE, [name]: value }), rest, name);
  }
});

Deno.test("what is no object is an empty payload", () => {
  for (const payload of [null, undefined, "text", 5, ["project_id"], true]) {
    assert.deepEqual(readHintPayload(payload), {});
  }
});
