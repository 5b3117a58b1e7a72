/**
 * Which of the fields that were sent Odoo complains about. Its texts hold record contents; only a name that the caller sent
 * itself is taken from them.
 */

/** Their first group is the technical name: 19's wording, and 17's and 18's where it differs. */
const COMPLAINTS = [
  /^Invalid field '(\w+)' (?:in|on model) /,
  /^Wrong value for [\w.]+\.(\w+): /,
  /Missing required value for the field '[^\n]*' \((\w+)\)\./,
  /(?:^|, )Field: [^\n]+ \((\w+)\)$/m,
  /Thanks to the following constraint: '[^\n]*' \((\w+)\)$/m,
];

/** The field, or undefined: many refusals name none, such as a date that is none. */
export function namedField(message: string, args: Readonly<Record<string, unknown>>): string | undefined {
  const sent = sentFields(args);
  for (const complaint of COMPLAINTS) {
    const name = complaint.exec(message)?.[1];
    if (name !== undefined && sent.has(name)) return name;
  }
  return undefined;
}

/** The names in the values of a `write` or `create`. */
function sentFields({ vals, vals_list }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const records = [vals, ...(Array.isArray(vals_list) ? vals_list : [vals_list])];
  return new Set(
    records.flatMap((record) => typeof record === "object" && record !== null ? Object.keys(record) : []),
  );
}
