/** Random schedules, which shrink: fewer edits, fewer faults, fewer workers, clocks that agree. */
import fc from "fast-check";
import type {
  Act,
  Edit,
  Faults,
  FieldEdits,
  ModuleAs,
  PlanningAct,
  PlanWhat,
  Schedule,
  TalkAct,
} from "./world/schedule.ts";

const choice = fc.integer({ min: 0, max: 7 });

/** One to three fields at once: a form is saved as a whole. */
const fields: fc.Arbitrary<FieldEdits> = fc.tuple(
  fc.record({
    name: choice,
    description: choice,
    priority: fc.integer({ min: 0, max: 4 }),
    state: choice,
    assignee: choice,
    label: choice,
    targetDate: choice,
    parent: fc.integer({ min: 0, max: 3 }),
  }),
  fc.subarray(
    ["name", "description", "priority", "state", "assignee", "label", "targetDate", "parent"] as const,
    { minLength: 1, maxLength: 3 },
  ),
).map(([all, names]) => Object.fromEntries(names.map((name) => [name, all[name]])));

const item = fc.integer({ min: 0, max: 3 });
const project = fc.integer({ min: 0, max: 1 });

const create: fc.Arbitrary<Act> = fc.record({ do: fc.constant("create" as const), project, fields });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: create },
  { weight: 14, arbitrary: fc.record({ do: fc.constant("edit" as const), item, fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("archive" as const), item }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unarchive" as const), item }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), item }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("editProject" as const),
      project,
      fields: fc.record({ name: choice, description: choice }, { requiredKeys: [] }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Act>({ do: "webhookOff" }, { do: "webhookOn" }) },
);

const editOf = (act: fc.Arbitrary<Act>): fc.Arbitrary<Edit> =>
  fc.record({
    by: fc.constantFrom("plane" as const, "odoo" as const),
    waitMs: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 200 }) },
      { weight: 3, arbitrary: fc.integer({ min: 200, max: 5_000 }) },
      { weight: 2, arbitrary: fc.integer({ min: 5_000, max: 120_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 120_000, max: 900_000 }) },
    ),
    afterRead: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, {
      weight: 1,
      arbitrary: fc.constant(true),
    }),
    act,
  });

const rate = (...rates: number[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...rates) });

const faults: fc.Arbitrary<Faults> = fc.record({
  webhookLost: rate(0.1, 0.5, 1),
  webhookDoubled: rate(0.1, 0.5),
  webhookDelayed: rate(0.1, 0.5),
  webhookBroken: rate(0.1, 0.5),
  noneText: rate(1),
  upstreamError: rate(0.02, 0.1, 0.3),
  upstreamSilence: rate(0.02, 0.1, 0.2),
  rateLimited: rate(0.05, 0.2),
  serialization: rate(0.05, 0.2),
  database: rate(0.01, 0.05),
  crash: rate(0.01, 0.05),
  freeze: rate(0.01, 0.03),
});

/** Up to ten minutes either way. */
const skew = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -600_000, max: 600_000 }) },
);

const policy = fc.oneof(
  { weight: 3, arbitrary: fc.constant("latest_wins" as const) },
  { weight: 1, arbitrary: fc.constantFrom("plane_wins" as const, "odoo_wins" as const, "manual" as const) },
);
const projects = fc.record({ plane: fc.integer({ min: 1, max: 2 }), odoo: fc.integer({ min: 0, max: 1 }) });

/** Something must be there before it can be changed. */
const edits = (least: number, most: number): fc.Arbitrary<Edit[]> =>
  fc.tuple(
    fc.array(editOf(create), { minLength: 1, maxLength: 3 }),
    fc.array(editOf(act), { minLength: least, maxLength: most, size: "max" }),
  ).map(([first, then]) => [...first, ...then]);

const comment: fc.Arbitrary<TalkAct> = fc.record({
  do: fc.constant("comment" as const),
  item,
  text: choice,
});

const talkAct: fc.Arbitrary<TalkAct> = fc.oneof(
  { weight: 3, arbitrary: comment },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("editComment" as const), comment: item, text: choice }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deleteComment" as const), comment: item }) },
);

/** What is said or planned, and after how many other edits. */
interface Besides {
  after: number;
  edit: Edit;
}

const besides = (edit: fc.Arbitrary<Edit>, earliest = 1): fc.Arbitrary<Besides> =>
  fc.record({ after: fc.integer({ min: earliest, max: 12 }), edit });

const remarkOf = (act: fc.Arbitrary<Act>) => besides(editOf(act));

/** In two of three schedules nobody says anything: they cost less. */
const talk: fc.Arbitrary<Besides[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Besides[]>([]) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.array(remarkOf(comment), { minLength: 1, maxLength: 2 }),
      fc.array(remarkOf(talkAct), { maxLength: 6, size: "max" }),
    ).map(([first, then]) => [...first, ...then]),
  },
);

const what = fc.constantFrom<PlanWhat>("cycle", "module");
const plan = fc.integer({ min: 0, max: 2 });
const planEdits = fc.record(
  { name: choice, date: choice, status: choice, lead: fc.integer({ min: 0, max: 2 }) },
  { requiredKeys: [] },
);
const makePlan: fc.Arbitrary<PlanningAct> = fc.record({
  do: fc.constant("makePlan" as const),
  what,
  project,
  fields: planEdits,
});
const join: fc.Arbitrary<PlanningAct> = fc.record({ do: fc.constant("join" as const), what, plan, item });

const planningAct: fc.Arbitrary<PlanningAct> = fc.oneof(
  { weight: 1, arbitrary: makePlan },
  { weight: 4, arbitrary: join },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), what, plan, item }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("editPlan" as const), what, plan, fields: planEdits }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deletePlan" as const), what, plan }) },
);

/**
 * Plans begin in Plane, and mostly change there: that is the way they go.
 *
 * @param inOdoo how many of ten are done in Odoo
 */
const planned = (act: fc.Arbitrary<PlanningAct>, inOdoo: number) =>
  besides(
    fc.tuple(
      editOf(act),
      fc.oneof({ weight: 10 - inOdoo, arbitrary: fc.constant("plane" as const) }, {
        weight: inOdoo,
        arbitrary: fc.constant("odoo" as const),
      }),
    ).map(([edit, by]) => ({ ...edit, by })),
  );

interface Planning {
  moduleAs: ModuleAs | null;
  acts: Besides[];
}

/** In three of four schedules nobody plans anything: they cost less. */
const planning: fc.Arbitrary<Planning> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Planning>({ moduleAs: null, acts: [] }) },
  {
    weight: 1,
    arbitrary: fc.record({
      moduleAs: fc.constantFrom<ModuleAs>("project", "tag", "parent_task"),
      acts: fc.tuple(
        fc.array(planned(makePlan, 0), { minLength: 1, maxLength: 2 }),
        fc.array(planned(join, 0), { minLength: 1, maxLength: 3 }),
        fc.array(planned(planningAct, 3), { maxLength: 8, size: "max" }),
      ).map((acts) => acts.flat()),
    }),
  },
);

/** Something must have been synchronised by then. */
const undoEdit = editOf(
  fc.record({ do: fc.constant("undo" as const), back: fc.integer({ min: 0, max: 5 }) }),
).map((edit) => ({ ...edit, afterRead: false, waitMs: edit.waitMs + 2_000 }));

/** In one of five an operator takes something back. */
const undoing: fc.Arbitrary<Besides[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Besides[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(besides(undoEdit, 3), { minLength: 1, maxLength: 3 }),
  },
);

function among(edits: readonly Edit[], remarks: readonly Besides[]): Edit[] {
  const at = (index: number) =>
    remarks.filter(({ after }) => Math.min(after, edits.length) === index).map(({ edit }) => edit);
  return edits.flatMap((edit, index) => [edit, ...at(index + 1)]);
}

/** What people do, without anything that goes wrong: for servers whose clocks and networks are nobody's to play with. */
export const editScripts: fc.Arbitrary<Pick<Schedule, "projects" | "policy" | "edits">> = fc.record({
  projects,
  policy,
  edits: edits(9, 17),
});

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.noShrink(fc.nat()),
  workers: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  projects,
  skewMs: fc.record({ plane: skew, odoo: skew, database: skew }),
  policy,
  hooks: fc.constantFrom("addon" as const, "stock18" as const, "none" as const),
  faults,
  edits: edits(0, 12),
  talk,
  planning,
  undoing,
}).map(({ talk, undoing, planning: { moduleAs, acts }, ...schedule }) => ({
  ...schedule,
  moduleAs,
  edits: among(schedule.edits, [...talk, ...acts, ...undoing]),
}));
