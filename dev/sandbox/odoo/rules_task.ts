/** Tasks: who is assigned by default, how stage and state pull at each other, what happens to sub-tasks. */
import { isClosed } from "./computed.ts";
import type { Row } from "./database.ts";
import { accessError, userError, validationError } from "./exceptions.ts";
import { stamp, unlinkRecords, writeRecords } from "./records.ts";
import type { IndexDefinition } from "./row_index.ts";
import { modelOf, type Rules, type Session } from "./session.ts";
import { inOrder } from "./sorting.ts";

type Values = Record<string, unknown>;

export const TASK_RULES: Rules = {
  beforeCreate(session, given) {
    const values = { ...given };
    const parent = rowOf(session, "project.task", given.parent_id);
    const inContext = session.context.default_project_id ?? (parent?.project_id || undefined);
    if (values.project_id === undefined && inContext !== undefined) values.project_id = inContext;
    const project = typeof values.project_id === "number" ? values.project_id : undefined;
    // The caller becomes the assignee unless the list is given, even as an empty one, or the project comes from
    // the context or the parent rather than from the values.
    if (values.user_ids === undefined) {
      values.user_ids = inContext === undefined ? [[6, 0, [session.userId]]] : [];
    } else if (project === undefined && Array.isArray(values.user_ids) && values.user_ids.length === 0) {
      throw accessError("You are not allowed to 'create' 'Task' (project.task): nobody would see it.");
    }
    if (project === undefined) values.stage_id = false;
    else if (values.stage_id === undefined) values.stage_id = firstStage(session, project, true);
    if (values.milestone_id === undefined) values.milestone_id = parentsMilestone(parent, project);
    return withOwnMilestone(session, values, project);
  },

  beforeWrite(session, row, given) {
    let values = { ...given };
    if (values.parent_id === row.id) throw userError("Sorry. You can't set a task as its parent task.");
    const moves = "project_id" in given;
    if ("stage_id" in given && !moves && row.project_id === false) {
      throw userError("You can only set a personal stage on a private task.");
    }
    const project = moves ? given.project_id : row.project_id;
    if (moves && !("stage_id" in given)) values.stage_id = stageAfterMove(session, row, project);
    if (!("state" in given)) {
      // A move reopens the task, even to the project it is in; a new stage only undoes a review.
      if (moves && row.state !== "04_waiting_normal") values.state = "01_in_progress";
      else if ("stage_id" in given && !isClosed(row.state)) values.state = "01_in_progress";
    }
    if (moves || "milestone_id" in given) {
      const wanted = "milestone_id" in given ? given.milestone_id : row.milestone_id;
      values = withOwnMilestone(session, { ...values, milestone_id: wanted }, project);
      if (!("milestone_id" in given) && values.milestone_id === false) {
        values.milestone_id = parentsMilestone(rowOf(session, "project.task", row.parent_id), project);
      }
    } else if ("parent_id" in given && row.milestone_id === false) {
      const milestone = parentsMilestone(rowOf(session, "project.task", given.parent_id), project);
      if (milestone !== false) values.milestone_id = milestone;
    }
    return values;
  },

  check(session, id) {
    const seen = new Set<number>();
    for (let row = session.database.row("project.task", id); row !== undefined;) {
      if (seen.has(row.id)) throw validationError("Error! You cannot create a recursive hierarchy of tasks.");
      seen.add(row.id);
      row = rowOf(session, "project.task", row.parent_id);
    }
  },

  afterWrite(session, before, values) {
    if ("project_id" in values) takeChildrenAlong(session, before, values.project_id);
    if ("milestone_id" in values) passMilestoneOn(session, before, values.milestone_id);
  },

  beforeUnlink(session, row) {
    for (const child of childrenOf(session, row.id)) {
      // Sub-tasks go with their parent; archived ones are overlooked and only lose it.
      if (child.active === true) unlinkRecords(session, "project.task", [child.id]);
      else session.database.update("project.task", child.id, { parent_id: false });
    }
  },
};

/** Sub-tasks that were in the same project go along. */
function takeChildrenAlong(session: Session, before: Row, moved: unknown): void {
  const project = typeof moved === "number" ? moved : false;
  for (const child of childrenOf(session, before.id)) {
    if (child.project_id !== before.project_id) continue;
    const milestone = rowOf(session, "project.milestone", child.milestone_id);
    session.database.update("project.task", child.id, {
      project_id: project,
      stage_id: stageAfterMove(session, child, project),
      milestone_id: milestone?.project_id === project ? milestone.id : false,
      ...stamp(session),
    });
  }
}

/**
 * Open sub-tasks share their parent's milestone: those that had the same one, or none, get the new one. Archived ones are
 * overlooked, as `child_ids` shows none.
 */
function passMilestoneOn(session: Session, before: Row, given: unknown): void {
  const milestone = rowOf(session, "project.milestone", given);
  for (const child of childrenOf(session, before.id)) {
    const shared = child.milestone_id === before.milestone_id;
    const joins = child.milestone_id === false && child.project_id === milestone?.project_id;
    if (child.active !== true || isClosed(child.state) || !(shared || joins)) continue;
    writeRecords(session, "project.task", [child.id], { milestone_id: milestone?.id ?? false });
  }
}

const BY_PARENT: IndexDefinition = { model: "project.task", keyOf: (row) => String(row.parent_id) };

function childrenOf(session: Session, parent: number): Row[] {
  return session.database.rowsBy(BY_PARENT, String(parent));
}

/** A sub-task in its parent's project is in its parent's milestone unless told otherwise. */
function parentsMilestone(parent: Row | undefined, project: unknown): number | false {
  return parent?.project_id === project && typeof parent?.milestone_id === "number"
    ? parent.milestone_id
    : false;
}

/** The project's first stage by `fold, sequence, id`; with `folded` false only an open one. */
function firstStage(session: Session, project: number, folded: boolean): number | false {
  const stages = [...session.database.rows("project.task.type")].filter((stage) =>
    stage.active === true && has(stage.project_ids, project) && (folded || stage.fold === false)
  );
  const model = modelOf(session, "project.task.type");
  const sorted = inOrder(session, model, stages);
  return (sorted.find((stage) => stage.fold === false) ?? sorted[0])?.id ?? false;
}

/** A stage that the new project has too is kept. */
function stageAfterMove(session: Session, row: Row, project: unknown): number | false {
  if (typeof project !== "number") return false;
  const stage = rowOf(session, "project.task.type", row.stage_id);
  return stage !== undefined && has(stage.project_ids, project)
    ? stage.id
    : firstStage(session, project, false);
}

/** A milestone of another project is taken for none, without a word. */
function withOwnMilestone(session: Session, values: Values, project: unknown): Values {
  const milestone = rowOf(session, "project.milestone", values.milestone_id);
  if (milestone === undefined || milestone.project_id === project) return values;
  return { ...values, milestone_id: false };
}

function rowOf(session: Session, model: string, id: unknown): Row | undefined {
  return typeof id === "number" ? session.database.row(model, id) : undefined;
}

function has(links: unknown, id: number): boolean {
  return Array.isArray(links) && links.includes(id);
}
