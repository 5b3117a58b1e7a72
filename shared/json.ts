/** Values as JSON holds them: what snapshots, logs and lenses compare. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };

/** True when both are the same JSON value; the order of an object's names does not matter. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (isList(left) || isList(right)) {
    return isList(left) && isList(right) && left.length === right.length &&
      left.every((value, index) => sameJson(value, right[index]));
  }
  const names = Object.keys(left);
  return names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameJson(left[name], right[name]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
