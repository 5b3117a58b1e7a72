/** `order` as Odoo and PostgreSQL apply it: empties last when ascending, first when descending. */
import type { Row, Stored } from "./database.ts";
import { userError, valueError } from "./exceptions.ts";
import type { Model } from "./schema.ts";
import type { Session } from "./session.ts";

export function inOrder(session: Session, model: Model, rows: readonly Row[], order = model.order): Row[] {
  const terms = order.split(",").map((term) => {
    const [name = "", direction = "asc", ...more] = term.trim().split(/\s+/);
    if (!/^(asc|desc)$/i.test(direction) || more.length > 0) {
      throw userError(
        `Invalid "order" specified (${order}). A valid "order" specification is a comma-separated list of valid ` +
          "field names (optionally followed by asc/desc for the direction)",
      );
    }
    const field = model.fields[name];
    if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model.name}'`);
    const related = field.kind === "many2one" ? field.relation : undefined;
    return { name, down: direction.toLowerCase() === "desc", related };
  });
  return [...rows].sort((a, b) => {
    for (const { name, down, related } of terms) {
      const difference = compare(key(session, a[name], related), key(session, b[name], related));
      if (difference !== 0) return down ? -difference : difference;
    }
    return 0;
  });
}

/** A related record is ordered by its name. */
function key(session: Session, value: Stored | undefined, related: string | undefined): Stored | undefined {
  if (related === undefined || typeof value !== "number") return value;
  return session.database.row(related, value)?.name;
}

function compare(a: Stored | undefined, b: Stored | undefined): number {
  const [emptyA, emptyB] = [isEmpty(a), isEmpty(b)];
  if (emptyA || emptyB) return Number(emptyA) - Number(emptyB);
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : Number(a > b);
  return Number(a) - Number(b);
}

function isEmpty(value: Stored | undefined): boolean {
  return value === false || value === undefined;
}
