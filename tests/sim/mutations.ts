/**
 * Ways to break what keeps the laws, each a change of one place in the sources. The simulator must find every one: what it cannot
 * see broken it does not prove.
 */
export interface Mutation {
  readonly name: string;
  /** What it does to the engine, in the words of the design. */
  readonly breaks: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Tried in every test run; the others by `task sim --mutations`. */
  readonly always: boolean;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "merge",
    breaks: "when both sides changed a field, Odoo's change is not seen",
    file: "shared/sync/plan/merge_field.ts",
    from: "const odooChanged = context.odooBase === undefined || !sameInOdoo(context.odooBase, odooNow);",
    to:
      "const odooChanged = !planeChanged && context.odooBase !== undefined && !sameInOdoo(context.odooBase, odooNow);",
    always: true,
  },
  {
    name: "fence",
    breaks: "a worker whose lease was lost still writes and settles",
    file: "tests/sim/memory/fence.ts",
    from: 'row.status === "processing" && String(row.fence) === fence ? row : undefined;',
    to: 'row.status === "processing" && Number(fence) > 0 ? row : undefined;',
    always: true,
  },
  {
    name: "echo",
    breaks: "the base stays what it was after a write to Odoo: our own value looks like somebody's edit",
    file: "shared/sync/plan/bases.ts",
    from: 'odooBase[field] = asWritten("odoo", seenInOdoo)',
    to: 'odooBase[field] = odooBase[field] !== undefined ? odooBase[field] : asWritten("odoo", seenInOdoo)',
    always: true,
  },
  {
    name: "intent_in_plane",
    breaks: "a work item is made without the name its intent would find it by",
    file: "shared/sync/apply.ts",
    from: "external_id: planeExternalId(kind.odooModel, target.odooId),",
    to: 'external_id: "",',
    always: true,
  },
  {
    name: "intent_in_odoo",
    breaks: "a task is made without the name its intent would find it by",
    file: "shared/sync/apply.ts",
    from: "const external = externalId(kind.planeType, target.planeId);",
    to: "const external = `nobody.knows_${Math.round(deps.now())}`;",
    always: true,
  },
  {
    name: "read_before_write",
    breaks: "Plane is written without having been read just before",
    file: "shared/sync/sync_pair.ts",
    from: "if (Object.keys(plan.plane).length > 0 && form !== null && !isFresh) {",
    to: "if (Object.keys(plan.plane).length > 0 && form !== null && !isFresh && deps.now() < 0) {",
    always: false,
  },
  {
    name: "rest",
    breaks: "after a write of unknown outcome the entity does not rest",
    file: "shared/queue/outcome.ts",
    from: "error.outcomeUnknown ? restMs : 0",
    to: "0 * restMs",
    always: false,
  },
  {
    name: "comment_lines",
    breaks: "the line that names a message's author travels back to Odoo as its own text",
    file: "shared/sync/comments/comment_lens.ts",
    from: "const plane = readPlaneText(form.comment_html, isMadeForOdoo(form));",
    to: "const plane = readPlaneText(form.comment_html);",
    always: false,
  },
  {
    name: "comment_mark",
    breaks: "a comment whose message was deleted in Odoo does not say so",
    file: "shared/sync/comments/comment_ends.ts",
    from: "else if (marked !== comment_html) {",
    to: 'else if (marked === "") {',
    always: false,
  },
  {
    name: "comment_once",
    breaks: "a comment is made without looking for one that is there already",
    file: "shared/sync/comments/comment_kind.ts",
    from: "if (values.look_first === true) {",
    to: "if (Object.assign(external, { external_id: String(Math.random()) }) === null) {",
    always: false,
  },
  {
    name: "leaving",
    breaks: "who left a cycle or module keeps what showed that they were in it",
    file: "shared/sync/planning/membership.ts",
    from: "const left = marked.filter(([item]) => !gone.has(item))",
    to: "const left = marked.filter(() => items.length < 0)",
    always: false,
  },
  {
    name: "undo",
    breaks: "an undo does not ask whether the field was changed since",
    file: "shared/history/plan_undo.ts",
    from: "rows.some(({ changed_since }) => changed_since.includes(field))",
    to: "rows.length < 0",
    always: false,
  },
];
