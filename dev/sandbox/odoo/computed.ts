/** Fields that are worked out when they are read. */
import type { Row, Stored } from "./database.ts";
import type { Model } from "./schema.ts";
import type { Session } from "./session.ts";

/** A field's value on a row, whether it is kept, mirrored from the other side of a relation, or worked out. */
export function storedValue(session: Session, model: Model, row: Row, name: string): Stored {
  const field = model.fields[name];
  if (field?.mirror !== undefined) return mirrored(session, field.relation ?? "", field.mirror, row.id);
  if (field?.computed !== true) return row[name] ?? false;
  switch (name) {
    case "display_name":
      return row.name ?? false;
    case "is_closed":
      return isClosed(row.state);
    case "display_in_project": {
      const parent = typeof row.parent_id === "number"
        ? session.database.row(model.name, row.parent_id)
        : undefined;
      return parent === undefined || parent.project_id !== row.project_id;
    }
    case "access_url":
      return `/my/tasks/${row.id}`;
    default:
      return false;
  }
}

export function isClosed(state: Stored | undefined): boolean {
  return state === "1_done" || state === "1_canceled";
}

function mirrored(session: Session, relation: string, mirror: string, id: number): number[] {
  const ids: number[] = [];
  for (const other of session.database.rows(relation)) {
    const link = other[mirror];
    if (link === id || (Array.isArray(link) && link.includes(id))) ids.push(other.id);
  }
  return ids;
}
