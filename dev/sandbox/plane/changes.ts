/** Which fields a PATCH changed, as Plane sees it. */
import type { FieldChange } from "./announcement.ts";
import { equalJson, type JsonObject } from "./python_json.ts";

/**
 * The raw request against the record as it was shown to this user: the order of a list, HTML not yet in its stored
 * form or a stamp in another time zone all count as changes; a key the record does not show counts as none.
 */
export function changesBetween(before: JsonObject, requested: JsonObject): FieldChange[] {
  return Object.entries(requested).flatMap(([field, value]) => {
    const old = before[field];
    return old === undefined || equalJson(old, value) ? [] : [{ field, old, new: value }];
  });
}
