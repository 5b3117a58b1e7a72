/** Values of the log against the judge's plain ones: the log has them in their side's own form. */
import { words } from "./fields.ts";
import type { Evidence } from "./evidence.ts";

/** True when a logged value (an id, markup, a priority's key) may stand for a plain one. */
export function sameValue(world: Evidence, logged: unknown, plain: unknown): boolean {
  if (typeof logged === "object" && logged !== null && !Array.isArray(logged)) {
    return Object.values(logged).some((value) => sameValue(world, value, plain));
  }
  if (logged === null || logged === undefined || logged === false) return plain === "" || plain === false;
  const text = String(logged);
  const name = world.plane.world.states.get(text)?.name ??
    (typeof logged === "number"
      ? world.odoo.world.database.row("project.task.type", logged)?.name
      : undefined);
  const forms = [
    words(text),
    text.replace(/\s+/g, " ").trim(),
    text.slice(0, 10),
    String(name ?? "").toLowerCase(),
    ["none", "medium", "high", "urgent"][Number(text)] ?? "",
    text === "low" ? "none" : text,
  ];
  return forms.includes(String(plain));
}

/** True when a logged set of Odoo's ids (a list, or by Plane's ids) has these people or labels and no others. */
export function sameMembers(world: Evidence, logged: unknown, names: readonly unknown[]): boolean {
  if (typeof logged !== "object" || logged === null) return false;
  const { database } = world.odoo.world;
  const known = Object.values(logged).map((id) =>
    typeof id === "number"
      ? [database.row("res.users", id)?.email, database.row("project.tags", id)?.name]
      : []
  );
  return known.length === names.length &&
    names.every((name) => known.some((each) => each.includes(String(name))));
}
