/** Values as they are written to Odoo and as they are read from it. Pure. */

/** Whether a many2many is told to add (4) or to take away (3) one. */
export function isRelative(value: unknown): value is [[3 | 4, number, 0]] {
  const command: unknown = Array.isArray(value) ? value[0] : undefined;
  return Array.isArray(command) && (command[0] === 3 || command[0] === 4);
}

/** A value as `write`, `create` and `load` take it, in the form in which `read` gives it. */
export function asRead(value: unknown, type: string | undefined, before: unknown): unknown {
  if (type === "many2many" || type === "one2many") {
    if (typeof value === "string") return value === "" ? [] : value.split(",").map(Number);
    if (isRelative(value)) {
      const [[command, id]] = value;
      const others = (Array.isArray(before) ? before : []).filter((other) => other !== id);
      return command === 4 ? [...others, id] : others;
    }
    const command: unknown = Array.isArray(value) ? value[0] : undefined;
    return Array.isArray(command) && Array.isArray(command[2]) ? command[2] : [];
  }
  if (type === "many2one") return value === "" || value === false ? false : [Number(value), ""];
  if (type === "boolean") return value === true || value === "True";
  return value === "" ? false : value;
}

/** What an imagined record has where nobody has written anything. */
export function emptyOf(type: string | undefined, name: string): unknown {
  if (name === "active") return true;
  return type === "many2many" || type === "one2many" ? [] : false;
}

/** The fields that are asked for. */
export function among(
  record: Record<string, unknown> | undefined,
  fields: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => fields.includes(name)));
}
