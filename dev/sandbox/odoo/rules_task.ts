/** Tasks: who is assigned by default, how stage and state pull at each other, what happens to sub-tasks. */
import { isClosed } from "./computed.ts";
import type { Row } from "./database.ts";
import { accessError, userError, validationError } from "./exceptions.ts";
import { stamp, unlinkRecords } from "./records.ts";
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
    if (moves && !("milestone_id" in given)) values.milestone_id = row.milestone_id;
    if (moves || "milestone_id" in given) values = withOwnMilestone(session, values, project);
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
    if (!("project_id" in values)) return;
    // Sub-tasks that were in the same project go along.
    for (const child of session.database.rows("project.task")) {
      if (child.parent_id === before.id && child.project_id === before.project_id) {
        const project = typeof values.project_id === "number" ? values.project_id : false;
        const stage = stageAfterMove(session, child, project);
        session.database.update("project.task", child.id, {
          project_id: project,
          stage_id: stage,
          ...stamp(session),
        });
      }
    }
  },

  beforeUnlink(session, row) {
    for (const child of session.database.rows("project.task")) {
      if (child.parent_id !== row.id) continue;
      // Sub-tasks go with their parent; archived ones are overlooked and only lose it.
      if (child.active === true) unlinkRecords(session, "project.task", [child.id]);
      else session.database.update("project.task", child.id, { parent_id: false });
    }
  },
};

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
